"""How a story begins for its reader: who they are, where and with whom, what they want, and what they believe.

All of it is what their character takes to be so at the start. What they believe is told as far as others take it to be
otherwise, or it is: that is what stories turn on.

>>> from chekhov import lang
>>> problem = lang.parse('''
... type place; entity Hall : place "the hall"; entity Yard : place "the yard"; entity Door : entity "the door";
... entity Ann : character "Ann" (she); entity Bob : character "Bob" (he); entity Cid : character "Cid" (he);
... property at(who : character) : place; property open(Door) : boolean; property rich(who : character) : boolean;
... at(Ann) = Hall; at(Bob) = Hall; at(Cid) = Yard; open(Door); believes(Cid, !open(Door));
... action walk(who : character, to : place) { effect: at(who) = to & rich(who); consenting: who; };
... utility(Ann): if(rich(Ann)) 1 else 0;
... ''').problem
>>> for paragraph in opening(Session.begin(problem, seats=["Ann"]), "Ann"):
...     print(paragraph)
You are Ann, at the hall, with Bob. As far as you know, Cid is at the yard.
What you want is that you are rich. You believe that the door is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chekhov.grounding.formulas import Formula, show_value
from chekhov.play.session import MASTER, Session
from chekhov.play.wording import LINKS, NO_S, in_words, is_verb, parts, property_words
from chekhov.telling import Tense, label, pronouns

_MOST = 8
"""Clauses that are told of what somebody believes."""
_COMPARED = {">": "above", "<": "below", ">=": "at least", "<=": "at most"}
_PAST = {"are": "were", "is": "was", "has": "had", "have": "had", "can": "could", "cannot": "could not"}
_PAST |= {"know": "knew", "knows": "knew", "want": "wanted", "wants": "wanted", "believe": "believed"}
_PAST |= {"believes": "believed"}


def opening(session: Session, seat: str) -> tuple[str, ...]:
    """The paragraphs of a seat's opening; none for the master, who sees all."""
    if seat == MASTER:
        return ()
    record = session.record
    key = seat, record.tense, record.third_person
    found = session.ensemble.openings.get(key)
    if found is None:
        found = session.ensemble.openings[key] = _Opening(session, seat).paragraphs()
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """A fact as a clause: whom it is said of, and what, as of one and as of several."""

    who: str
    one: str
    several: str


class _Opening:
    """The first moment of a session, as a seat's character takes it to be."""

    def __init__(self, session: Session, seat: str) -> None:
        self._kernel = session.kernel
        self._problem = session.problem
        self._facts = session.ensemble.facts
        self._where = session.ensemble.places
        self._seat = seat
        self._tense: Tense = session.record.tense
        self._you = not session.record.third_person
        self._start = session.kernel.initial()
        self._number = session.kernel.task.names.characters.index(seat)
        self._mind = session.kernel.believed(self._start, self._number)
        self._entities = {entity.name for entity in session.problem.entities}
        self._declared = {declared.name for declared in session.problem.properties}

    def paragraphs(self) -> tuple[str, ...]:
        who = self._name(self._seat)
        wants, believes, knows = (self._verb(who, verb) for verb in ("want", "believe", "know"))
        there = f"{self._scene()} {self._elsewhere(knows)}"
        wanted = self._clauses(fact for _, facts in self._wants() for fact in facts)
        believed = self._clauses(self._contested())[:_MOST]
        minded = ""
        if wanted:
            minded = f"What {who} {wants} {self._past('is')} {in_words([f'that {each}' for each in wanted])}."
        if believed:
            them = who if not wanted or self._you else pronouns(self._problem, self._seat)
            them = f"{them[:1].upper()}{them[1:]}"
            minded += f" {them} {believes} {in_words([f'that {each}' for each in believed])}."
        return tuple(text.strip() for text in (there, minded) if text.strip())

    def _scene(self) -> str:
        """Who they are, where, and with whom."""
        facts = self._facts(self._mind)
        place = facts.get(f"{self._where}({self._seat})", "?")
        named = label(self._problem, self._seat)
        if place == "?":
            return f"You {self._past('are')} {named}." if self._you else ""
        with_them = [who for who, where in self._places() if where == place and who != self._seat]
        company = f"with {in_words([label(self._problem, who) for who in with_them])}" if with_them else "alone"
        at = f"{self._at()} {label(self._problem, place)}"
        if self._you:
            return f"You {self._past('are')} {named}, {at}, {company}."
        return f"{named[:1].upper()}{named[1:]} {self._verb(named, 'are')} {at}, {company}."

    def _elsewhere(self, knows: str) -> str:
        """Where the others are, as far as they know."""
        here = self._facts(self._mind).get(f"{self._where}({self._seat})")
        groups: dict[str, list[str]] = {}
        for who, where in self._places():
            if where != here and who != self._seat:
                groups.setdefault(where, []).append(label(self._problem, who))
        said = []
        for where, people in groups.items():
            be = self._past("are" if len(people) > 1 or self._is_plural(people[0]) else "is")
            said.append(f"{in_words(people)} {be} {self._at()} {label(self._problem, where)}")
        them = "you" if self._you else pronouns(self._problem, self._seat)
        return f"As far as {them} {knows}, {'; '.join(said)}." if said else ""

    def _places(self) -> Iterator[tuple[str, str]]:
        """The living, and where they take each to be."""
        facts = self._facts(self._mind)
        for entity in self._problem.entities:
            where = facts.get(f"{self._where}({entity.name})", "?")
            person = self._problem.is_a(entity.name, "character") or entity.pronouns not in (None, "it")
            if person and where != "?" and facts.get(f"alive({entity.name})") != "False":
                yield entity.name, where

    def _at(self) -> str:
        return str(self._where) if self._where in LINKS else "in"

    # -- what they want

    def _wants(self) -> list[tuple[float, list[tuple[str, str]]]]:
        """What counts most in their utility, of what can be said: how much, and the facts."""
        formula = self._kernel.task.data["utilities"][self._number]
        found = sorted(self._weighed(formula, 1.0), key=lambda each: -each[0])
        return [each for each in found if each[0] * 2 >= found[0][0]]

    def _weighed(self, formula: Formula, factor: float) -> Iterator[tuple[float, list[tuple[str, str]]]]:
        operator = formula[0]
        if operator in ("+", "-"):
            yield from self._weighed(formula[1], factor)
            yield from self._weighed(formula[2], factor if operator == "+" else -factor)
        elif operator == "*" and "v" in (formula[1][0], formula[2][0]):
            number, rest = formula[1:] if formula[1][0] == "v" else (formula[2], formula[1])
            yield from self._weighed(rest, factor * (number[1] or 0))
        elif operator == "if":
            then, otherwise = (self._kernel.evaluate(self._mind, branch) for branch in formula[2:])
            if isinstance(then, int | float) and isinstance(otherwise, int | float):
                weight = factor * (then - otherwise)
                facts = self._wished(formula[1], weight > 0)
                if weight and facts:
                    yield abs(weight), facts
                    return
            held = self._kernel.evaluate(self._mind, formula[1]) is True
            yield from self._weighed(formula[2 if held else 3], factor)

    def _wished(self, condition: Formula, positive: bool) -> list[tuple[str, str]]:
        """The facts of a condition, or of its opposite; none if they cannot be said."""
        atoms = condition[1:] if condition[0] == "and" else (condition,)
        names = self._kernel.task.names
        found = []
        for atom in atoms:
            if atom[0] not in ("==", *_COMPARED) or atom[1][0] != "f" or atom[1][1] or atom[2][0] != "v":
                return []
            value = show_value(atom[2][1], names)
            if not positive:
                if len(atoms) > 1 or value not in ("True", "False"):
                    return []
                value = str(value == "False")
            compared = _COMPARED.get(atom[0])
            found.append((names.fluents[atom[1][2]], f"{compared} {value}" if compared else value))
        return found

    # -- what they believe

    def _contested(self) -> Iterator[tuple[str, str]]:
        """What they believe that is not so, or that somebody else does not believe."""
        characters = range(len(self._kernel.task.names.characters))
        worlds = [self._start, *(self._kernel.believed(self._start, c) for c in characters)]
        others = [self._facts(world) for world in worlds]
        for fluent, value in self._facts(self._mind).items():
            name, about = parts(fluent)
            known = {facts[fluent] for facts in others} - {"?", value}
            if name == "so" and value == "False" and about and self._problem.is_a(about[0], "claim"):
                continue  # Whoever does not hold a claim for so need never have heard of it.
            if value != "?" and known and name != self._where and name in self._declared and about:
                yield fluent, value

    # -- words

    def _clauses(self, facts: Iterable[tuple[str, str]]) -> list[str]:
        """Facts as clauses, those that say the same of several in one; what cannot be said in one is left out."""
        groups: dict[str, list[_Said]] = {}
        for fluent, value in dict.fromkeys(facts):
            said = self._said(fluent, value)
            if said is not None:
                groups.setdefault(said.several, []).append(said)
        found = []
        for said_of in groups.values():
            who = [each.who for each in said_of]
            several = len(who) > 1 or self._is_plural(who[0])
            found.append(f"{in_words(who)} {said_of[0].several if several else said_of[0].one}")
        return found

    def _said(self, fluent: str, value: str) -> _Said | None:
        name, about = parts(fluent)
        words = property_words(name)
        first = words.partition(" ")[0]
        if not about:
            return None
        who = self._name(about[0])
        verb = is_verb(first)
        if value in ("True", "False"):
            no = "" if value == "True" else "not "
            if first == "can" and len(about) == 1:
                can = self._past("can" if value == "True" else "cannot")
                return _Said(who, f"{can}{words[3:]}", f"{can}{words[3:]}")
            if verb and value == "True" and len(about) <= 2:
                rest = f"{words[len(first) :]}{''.join(f' {self._name(each)}' for each in about[1:])}"
                return _Said(who, f"{self._past(first)}{rest}", f"{self._past(_of_several(first))}{rest}")
            if len(about) == 2 and not verb and all(self._problem.is_a(each, "character") for each in about):
                who = in_words([who, self._name(about[1])])
                return _Said(who, f"{self._past('are')} {no}{words}", f"{self._past('are')} {no}{words}")
            if verb or len(about) > 1:
                return None
            return _Said(who, f"{self._past('is')} {no}{words}", f"{self._past('are')} {no}{words}")
        if len(about) > 1:
            return None
        if value == "?":
            return _Said(who, f"{self._past('has')} no {words}", f"{self._past('have')} no {words}")
        shown = self._name(value)
        if name in LINKS:
            return _Said(who, f"{self._past('is')} {name} {shown}", f"{self._past('are')} {name} {shown}")
        if verb and value in self._entities:
            return None
        of_them = f"your {words}" if who == "you" else f"the {words} of {who}"
        one = "are" if verb else "is"
        return _Said(of_them, f"{self._past(one)} {shown}", f"{self._past('are')} {shown}")

    def _name(self, name: str) -> str:
        return "you" if self._you and name == self._seat else label(self._problem, name)

    def _is_plural(self, shown: str) -> bool:
        """Whether verbs that follow a name are those of several: *you*, *the guards*, *the lamps*."""
        if shown == "you":
            return True
        named = next((each.name for each in self._problem.entities if label(self._problem, each.name) == shown), None)
        if named is None:
            return False
        called = pronouns(self._problem, named)
        return called == "they" or (called == "it" and shown.endswith("s") and not shown.endswith(NO_S))

    def _verb(self, who: str, verb: str) -> str:
        if self._is_plural(who):
            return self._past(verb)
        return self._past("is" if verb == "are" else f"{verb}s")

    def _past(self, verb: str) -> str:
        """A verb in the story's tense, if its past is known."""
        return _PAST.get(verb, verb) if self._tense == "past" else verb


def _of_several(verb: str) -> str:
    """*has* as *have*, *watches* as *watch*."""
    if verb == "has":
        return "have"
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("ches", "shes", "xes", "zes", "oes")) else verb[:-1]

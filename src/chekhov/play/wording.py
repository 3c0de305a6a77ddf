"""How a reader reads facts and choices that their author has no words for, and what typed words mean.

>>> from chekhov import lang
>>> problem = lang.parse('''
... type place; entity Hall : place "the hall";
... entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
... property at(who : character) : place;
... action walk(who : character, to : place) { consenting: who; effect: at(who) = to; };
... ''').problem
>>> wording = Wording(problem)
>>> wording.offer("walk(Ann, Hall)", "Ann")
'walk to the hall'
>>> wording.offer("tell_of_deal(Ann, Bob)", "Ann")
'tell Bob of deal'
>>> wording.gain("at(Ann) == Hall"), wording.gain("believes(Bob, at(Ann)) == Hall")
('Ann: at the hall', 'in the mind of Bob, Ann: at the hall')
>>> wording.listed([("at(Ann)", "Hall"), ("at(Bob)", "Hall")], "Ann")
['at the hall: you and Bob']
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chekhov.model import Name, Problem
from chekhov.reasons import fact
from chekhov.telling import label

LINKS = frozenset(
    [
        "about",
        "against",
        "among",
        "at",
        "behind",
        "beside",
        "by",
        "for",
        "from",
        "in",
        "into",
        "near",
        "of",
        "off",
        "on",
    ]
    + ["onto", "over", "through", "to", "towards", "under", "upon", "with", "without"]
)
"""Names of parameters that are read as words between an act and what they stand for."""
_DANGLING = LINKS - {"by", "in", "off", "on", "over", "through", "under", "without"}
"""Last words of an act's name after which what it is done to follows at once: *break in* and *switch off* are whole."""
_APART = frozenset(["along", "aside", "away", "back", "down", "off", "out", "over", "up"])
"""Last words of an act's name that can also stand after what it is done to, if that is one thing: *put down*."""
_TAKES = {
    **dict.fromkeys(["arrive", "aim", "look", "point", "shout", "stare", "wave"], "at"),
    **dict.fromkeys(["hammer", "pound"], "on"),
    **dict.fromkeys(["care", "look", "search", "send", "stand", "vouch", "wait"], "for"),
    **dict.fromkeys(
        ["climb", "come", "crawl", "drive", "fly", "go", "hurry", "journey", "lie", "listen", "move"], "to"
    ),
    **dict.fromkeys(["return", "ride", "run", "sail", "speak", "swim", "talk", "travel", "walk"], "to"),
    **dict.fromkeys(["argue", "dance", "elope", "fight", "plead", "quarrel", "reason", "side"], "with"),
}
"""Verbs that want a word before what they are done to."""
_GIVES = frozenset(
    ["bring", "deliver", "entrust", "give", "hand", "lend", "pass", "return", "sell", "send", "show", "take", "throw"]
)
"""Verbs after which it is said last to whom, with *to*."""
_ADDRESSES = frozenset(["accuse", "assure", "convince", "inform", "persuade", "remind", "tell", "warn"])
"""Verbs of saying *of* or *about* something, to somebody who stands before that."""
_WORDS = {"say": "tell of"}
"""Acts that read otherwise as a choice: those of std/telling, whose claims are no sentences."""
_FACTS = {"so": "real"}
"""Properties that read otherwise, for the same reason: *the flood: real*."""
_UNSAID = frozenset(["belongs", "remembered", "reserve", "sought", "vented"])
"""Properties of the library that are its bookkeeping: nobody in a story would say that they know them."""
_FILLERS = frozenset(["the", "a", "an", "and", "my", "your", "his", "her", "their", "its", "please", "i", "up", "down"])
"""Words that need not be in a choice; with those of :data:`LINKS`."""


NO_S = ("ss", "us", "is")
"""Ends of words that are neither a verb's nor those of several things."""
_BELIEVED = re.compile(r"(!?)believes\((\w+), (.*)\)( == .*)?")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a reader may do: ``id`` is the act as plans write it, or ``wait``; ``group`` the kind of act."""

    id: str
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Words that may mean several choices; one alone, if they come near it without being its own."""

    choices: tuple[Choice, ...]


class Wording:
    """The words for a world's facts and acts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._parameters = {(a.name, len(a.parameters)): tuple(p.name for p in a.parameters) for a in problem.actions}
        self._consenting = {
            (a.name, len(a.parameters)): {str(who.name) for who in a.consenting if isinstance(who, Name)}
            for a in problem.actions
        }
        self._declared = {declared.name for declared in problem.properties}
        self._unsaid = {
            declared.name
            for declared in problem.properties
            if declared.name in _UNSAID and declared.span is not None and declared.span.path.startswith("<std>/")
        }

    def is_own(self, fluent: str) -> bool:
        """Whether the author has declared it: not what durations are compiled to."""
        return fluent.partition("(")[0] in self._declared

    def fact(self, fluent: str, value: str) -> str:
        """A fact as a reader reads it: *the door: open*, *Tom: at the market*."""
        if not self.is_own(fluent):
            return fact(fluent, value)
        words, arguments = self._property(fluent, value)
        about = ", ".join(label(self.problem, each) for each in arguments)
        return (f"{about}: " if about else "") + ("no longer " if value == "False" else "") + words

    def gain(self, condition: str) -> str:
        """A condition as a reader reads it, from what reasons write: ``open(Door)``, ``at(Tom) == Hall``."""
        if believed := _BELIEVED.fullmatch(condition):
            no, who, inner, value = believed.groups(default="")
            return f"in the mind of {label(self.problem, who)}, {self.gain(f'{no}{inner}{value}')}"
        fluent, _, value = condition.partition(" == ")
        if value == "?":
            name, arguments = parts(fluent)
            about = ", ".join(label(self.problem, each) for each in arguments)
            return f"{about}: no {name.replace('_', ' ')}" if about else f"no {name.replace('_', ' ')}"
        return self.fact(fluent.removeprefix("!"), value or str(not fluent.startswith("!")))

    def listed(self, facts: Iterable[tuple[str, str]], reader: str | None = None) -> list[str]:
        """Facts in a list, those that say the same of several in a line: *at the market: you and Tom*. What is the
        library's bookkeeping is left out."""
        lines: dict[tuple[str, str], list[str]] = {}
        for fluent, value in facts:
            name, arguments = parts(fluent)
            if self.is_own(fluent) and name not in self._unsaid:
                words, _ = self._property(fluent, value, reader)
                after = ""
                if value not in ("True", "False") and _is_noun(name) and len(arguments) < 2:
                    words, after = name.replace("_", " "), self._named(value, reader)
                about = lines.setdefault((words, after), [])
                if arguments:
                    about.append(" – ".join(self._named(each, reader) for each in arguments))
        return [_line(words, after, about) for (words, after), about in lines.items()]

    def called(self, fluent: str) -> str:
        """``tank(Maya)`` as *tank of Maya*."""
        name, arguments = parts(fluent)
        of = " and ".join(label(self.problem, each) for each in arguments)
        return name.replace("_", " ") + (f" of {of}" if of else "")

    def plainly(self, act: str) -> str:
        """An act that its author has no telling for."""
        name, arguments = parts(act)
        about = ", ".join(label(self.problem, each) for each in arguments)
        words = name.replace("_", " ") + (f" ({about})" if about else "")
        return f"{words[:1].upper()}{words[1:]}."

    def offer(self, act: str, seat: str, place: str | None = None) -> str:
        """An act as a choice: *open the door*, *walk to the market*, *split up – Maya, Clarke*. Whom it belongs to goes
        without saying, and so does the ``place`` where they are."""
        name, arguments = parts(act)
        words = _WORDS.get(name, name.replace("_", " "))
        if name in _GIVES and len(arguments) > 2 and arguments[-1] == seat and self._is_character(arguments[0]):
            things = ", ".join(label(self.problem, each) for each in arguments[1:-1] if each != place)
            return f"let {label(self.problem, arguments[0])} {words} you {things}"
        names = self._parameters.get((name, len(arguments)), ("",) * len(arguments))
        consenting = self._consenting.get((name, len(arguments)), set())
        linked, rest, said, agreeing = [], [], [], []
        for parameter, argument in zip(names, arguments, strict=True):
            if argument == seat or (argument == place and parameter != "to"):
                continue
            shown = label(self.problem, argument)
            noun = shown.removeprefix("the ")
            ending = words.rpartition(" ")[2]
            if words.endswith(f" {noun}"):
                words = f"{words[: -len(noun)]}{shown}"
            elif ending != words and noun.startswith(f"{ending} "):
                words = f"{words[: -len(ending)]}{shown}"
            elif parameter in LINKS:
                linked.append(f"{parameter} {shown}")
            else:
                rest.append(shown)
                said.append(argument)
                agreeing.append(parameter in consenting)
        verb, _, of = words.partition(" ")
        if (
            verb in _ADDRESSES
            and of.partition(" ")[0] in ("of", "about")
            and len(rest) == 1 + (of in ("of", "about"))
            and self._is_character(said[-1])
        ):
            return " ".join([verb, rest[-1], of, *rest[:-1]])
        if len(rest) == 2 and agreeing[0] and name not in _GIVES and not self._is_character(said[1]):
            return f"{words} {rest[1]}, with {rest[0]}"  # Done together, it is not done to them.
        last = words.rpartition(" ")[2]
        if last == "where" and len(rest) == 2:
            return f"{words} {rest[0]} is – {rest[1]}"
        if rest and (" " not in words or last in _DANGLING or (last in _APART and len(rest) == 1)):
            link = f"{_TAKES[words]} " if words in _TAKES and not linked else ""
            words = f"{words} {link}{rest.pop(0)}"
        if len(rest) == 1 and name in _GIVES and arguments[-1] != seat and self._is_character(arguments[-1]):
            linked.insert(0, f"to {rest.pop()}")
        if linked:
            words = f"{words} {' '.join(linked)}"
        if len(rest) == 1 and rest[0].startswith("to "):
            return f"{words} {rest[0]}"
        return f"{words} – {', '.join(rest)}" if rest else words

    def offers(self, acts: Sequence[str], seat: str, place: str | None = None) -> list[Choice]:
        """Acts as choices. Where leaving out the place would make two read the same, it is said."""
        texts = [self.offer(act, seat, place) for act in acts]
        return [
            Choice(
                act,
                text if texts.count(text) == 1 else self.offer(act, seat),
                act.partition("(")[0].replace("_", " "),
            )
            for act, text in zip(acts, texts, strict=True)
        ]

    def _is_character(self, name: str) -> bool:
        return self.problem.is_a(name, "character")

    def _property(self, fluent: str, value: str, reader: str | None = None) -> tuple[str, list[str]]:
        name, arguments = parts(fluent)
        words = property_words(name)
        if value in ("True", "False"):
            return words, arguments
        return f"{words} {self._named(value, reader)}", arguments

    def _named(self, name: str, reader: str | None) -> str:
        return "you" if name == reader else label(self.problem, name)


def understand(
    words: str, choices: Sequence[Choice], told: Mapping[str, str], here: str | None = None
) -> Choice | Ambiguous | None:
    """The choice that typed words mean: its number from 1, its text, or words that it holds, each as far as it was
    typed. If none holds them, those of its telling (``told``, by id) count as well, if they are whole, and at last
    words spelt much alike, or all but the first. Where all of it happens, ``here``, tells nothing apart."""
    typed = _words(words)
    if len(typed) == 1 and typed[0].isdecimal():
        number = int(typed[0])
        return choices[number - 1] if 1 <= number <= len(choices) else None
    for choice in choices:
        if typed and typed == _words(choice.text):
            return choice
    known = {choice.id: _words(f"{choice.text} {_split(choice.id, here)}") for choice in choices}
    found = _matching(typed, choices, known, {})
    if not found:
        # Half a word of what is not read yet would be a guess: `foo` is no wish for footsteps.
        found = _matching(typed, choices, known, {choice.id: _words(told.get(choice.id, "")) for choice in choices})
    if found:
        return found[0] if len(found) == 1 else Ambiguous(tuple(found))
    vocabulary = sorted({word for has in known.values() for word in has})
    corrected = [_near(word, vocabulary) for word in typed]
    found = _matching(corrected, choices, known, {}) if corrected != typed else []
    if not found and len(typed) > 1:
        found = _matching(typed[1:], choices, known, {})  # another verb than the author's
    return Ambiguous(tuple(found)) if found else None


def without_names(words: str, names: Iterable[str]) -> str:
    """Typed words but for those of names: *tell Octavia of the deal* as *tell of the deal*."""
    named = {word for name in names for word in _words(name)}
    return " ".join(word for word in _words(words) if word not in named)


def _matching(
    typed: Sequence[str],
    choices: Sequence[Choice],
    known: Mapping[str, Sequence[str]],
    told: Mapping[str, Sequence[str]],
) -> list[Choice]:
    """The choices that hold all words, begun in what is ``known`` or whole in what is ``told``; of these, if some hold
    each as a whole word, those alone."""
    whole = {choice.id: {*known[choice.id], *told.get(choice.id, ())} for choice in choices}
    every = {word for has in whole.values() for word in has}
    needed = [word for word in typed if not (word in _FILLERS | LINKS and word not in every)]
    needed = [word for word in needed if word not in ("the", "a", "an", "to", "with")]
    if not needed:
        return []

    def holds(choice: Choice, word: str) -> bool:
        return word in whole[choice.id] or any(has.startswith(word) for has in known[choice.id])

    begun = [choice for choice in choices if all(holds(choice, word) for word in needed)]
    return [choice for choice in begun if whole[choice.id].issuperset(needed)] or begun


def _near(word: str, vocabulary: Sequence[str]) -> str:
    if any(has.startswith(word) for has in vocabulary):
        return word
    return next(iter(difflib.get_close_matches(word, vocabulary, 1, 0.6)), word)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "'").replace("'s", ""))


def _split(act: str, here: str | None = None) -> str:
    """``open(Ann, IntakeDoor)`` with the names' words apart, and as they stand; without the place ``here``."""
    name, arguments = parts(act)
    said = " ".join([name, *(each for each in arguments if each != here)])
    return f"{said} {re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', said)}"


def property_words(name: str) -> str:
    """A property's name as a reader reads it."""
    return _FACTS.get(name, name.replace("_", " "))


def is_verb(word: str) -> bool:
    """Whether a word at the beginning of a property's name is a verb's form with *s*: *loves*, *opens*."""
    return len(word) > 2 and word.endswith("s") and not word.endswith(NO_S)


def _is_noun(name: str) -> bool:
    """Whether a property that has a value is named as something that one has: *leader*, not *loves* or *asked by*."""
    first, *rest = name.split("_")
    return not (is_verb(first) or first.endswith("ed") or {first, *rest[-1:]} & LINKS)


def _line(words: str, after: str, about: Sequence[str]) -> str:
    """A line of :meth:`Wording.listed`: *open: the door*, *leader of Tom and Ann: you*, *your air: 9*."""
    if not after:
        return f"{words}: {in_words(about)}" if about else words
    if about == ["you"]:
        return f"your {words}: {after}"
    return f"{words} of {in_words(about)}: {after}" if about else f"{words}: {after}"


def in_words(items: Sequence[str]) -> str:
    """A list as a sentence has it.

    >>> in_words(["Ann"]), in_words(["Ann", "Bob", "Cid"])
    ('Ann', 'Ann, Bob and Cid')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def parts(name: str) -> tuple[str, list[str]]:
    """``walk(Tom, Home)`` as its name and its arguments."""
    head, _, rest = name.removesuffix(")").partition("(")
    return head, rest.split(", ") if rest else []

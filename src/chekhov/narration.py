"""Tellings, one after the other → prose: whoever was named last and cannot be mistaken is *she*, and two things that
one does in a row are one sentence.

>>> from chekhov.model import Entity, Problem
>>> ann, bob = Entity("Ann", ("character",), "Ann", "she"), Entity("Bob", ("character",), "Bob", "he")
>>> problem = Problem(entities=(ann, bob))
>>> def told(text, who):
...     return Telling.of(text, {"who": who}, problem, lambda expression: None)
>>> takes, waits = "{who} {who.take/takes/took} a hat.", "{who} {who.wait/waits/waited}, for once."
>>> leaves = "{who} {who.leave/leaves/left}."
>>> " ".join(narrate([told(takes, "Ann"), told(leaves, "Ann"), told(waits, "Bob")], problem))
'Ann takes a hat and leaves. Bob waits, for once.'
>>> " ".join(narrate([told(waits, "Ann"), told(takes, "Ann")], problem, reader="Bob", tense="past"))
'Ann waited, for once. She took a hat.'

A name becomes a pronoun where it begins what is told of an event, if it was in the sentence before and neither of the
two speaks of anybody else with the same pronoun. An author's own words are never exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chekhov.kernel import Kernel
from chekhov.lang.template import PRONOUNS, VERBS, Form, Label, Piece, Words
from chekhov.model import Name, Problem
from chekhov.telling import (
    OWNS,
    PREPOSITION,
    EntityName,
    Telling,
    Tense,
    kept,
    label,
    pronouns,
    telling_of_act,
    tellings_of_triggers,
    written,
)

_LONGEST = 60
"""Sentences of more characters are not joined with another."""

_END = re.compile(r"[.!?…]+[\"'”’»)]*\s+")
_QUOTES = re.compile(r"[\"“”«»]")
_BUSY = re.compile(r"[\"“”«»,;:–—…!?]|\b(?:and|or|but|then|while|as|who|that)\b")
"""What a sentence has that is no plain one."""
_ENDS_OBJECT = re.compile(r"[.,;:]| (?!of\b|that\b|which\b|and\b|or\b)")
_THINGS = re.compile(r"\b(?:the|an?|this|that|these|those|my|your|his|her|its|their|some|another)\b", re.IGNORECASE)
"""What announces a thing."""
_VERB_FOLLOWS = re.compile(r" (?!(?:and|or|nor|with|without|of|in|on|at|from|to|who|which|that|for|as)\b)[a-z]")


def narrate(
    tellings: Iterable[Telling],
    problem: Problem,
    reader: EntityName | None = None,
    tense: Tense = "present",
    before: Telling | None = None,
) -> list[str]:
    """The text of each telling as it follows those before it; all of them, joined by blanks, are a paragraph. The
    ``reader`` is *you*. A telling may become *and takes a hat.* or *and so does Ann.*, and the one before it loses its
    full stop; what was told ``before`` stays as it was."""
    found: list[str] = []
    last = None if before is None else replace(_Told.of(before, problem, reader), joined=True)
    for telling in tellings:
        told = _Told.of(telling, problem, reader)
        if last is None or not told.pieces:
            found.append(told.written(told.pieces, problem, tense))
        elif told.joins(last):
            joined = told.written(_without_subject(told.after(last, problem), last), problem, tense)
            found[-1] = found[-1].removesuffix(".")
            found.append(f"and {joined[:1].lower()}{joined[1:]}")
            told = replace(told, joined=True, last=told.last | last.last)
        elif told.repeats(last):
            also = (Words("and so "), _does(told.pieces[0]), Words(" "), told.pieces[0], Words("."))
            found[-1] = f"{found[-1].removesuffix('.')},"
            found.append(told.written(also, problem, tense))
            told = replace(told, joined=True, last=told.last | last.last)
        else:
            again = told.pieces == last.pieces and told.subject is not None
            pieces = told.after(last, problem)
            found.append(told.written((Words("Again "), *pieces) if again else pieces, problem, tense))
        last = told
    return found


def gathered(tellings: Iterable[Telling], reader: EntityName | None = None) -> list[Telling]:
    """Tellings of one moment, with those in one that say the same of several: *Ann and Bob leave*, *nothing for Ann and
    Bob*. A reader among them is named first."""
    found: list[tuple[Telling, int, list[Name]]] = []
    for telling in tellings:
        if found:
            first, slot, names = found[-1]
            at = _slot(first, telling)
            if at is not None and (not names or slot == at):
                names = names or [_name(first, at)]
                found[-1] = first, at, [*names, _name(telling, at)]
                continue
        found.append((telling, 0, []))
    return [_of_several(telling, at, names, reader) if names else telling for telling, at, names in found]


def _name(telling: Telling, at: int) -> Name:
    piece = telling.pieces[at]
    assert isinstance(piece, Label)
    return piece.name


def _slot(one: Telling, other: Telling) -> int | None:
    """The number of the name in which alone two tellings differ, the verb that goes with it aside; None if they differ
    in more, or the same could not be said of both in one sentence."""
    pairs = list(zip(one.pieces, other.pieces, strict=False))
    slots = [n for n, (a, b) in enumerate(pairs) if isinstance(a, Label) and isinstance(b, Label) and a != b]
    if len(slots) != 1:
        return None
    at = slots[0]
    name, its = _name(one, at), _name(other, at)
    forms = [piece for piece in one.pieces if isinstance(piece, Form)]
    as_its = tuple(
        replace(piece, name=its) if isinstance(piece, Label | Form) and piece.name == name else piece
        for piece in one.pieces
    )
    if as_its != other.pieces or any(form.name in (name, its) and not form.verb for form in forms):
        return None
    if at == 0:
        return 0 if _verb(one.pieces) is not None else None
    before = one.pieces[at - 1]
    after = one.pieces[at + 1 : at + 2]
    owns = any(isinstance(piece, Words) and OWNS.match(piece.text) for piece in after)
    links = isinstance(before, Words) and PREPOSITION.search(before.text) and not before.text.endswith("between ")
    return at if links and not owns else None


def _of_several(telling: Telling, at: int, names: Sequence[Name], reader: EntityName | None) -> Telling:
    """A telling of one of several, told of all."""
    ordered = sorted(names, key=lambda name: name.name != reader)
    listed: list[Piece] = []
    for number, name in enumerate(ordered):
        if number:
            listed.append(Words(" and " if number == len(ordered) - 1 else ", "))
        listed.append(Label(name))
    pieces: list[Piece] = []
    for number, piece in enumerate(telling.pieces):
        if number == at:
            pieces += listed
        elif isinstance(piece, Form) and piece.name == names[0]:
            past = None if piece.past is None else _plural(piece.past)
            pieces.append(replace(piece, name=ordered[0], words=_plural(piece.words), past=past))
        else:
            pieces.append(piece)
    return Telling(tuple(pieces))


def _plural(words: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((pronoun, dict(words)["they"]) for pronoun, _ in words)


def _verb(pieces: Sequence[Piece]) -> Form | None:
    """The verb that goes with whoever begins, directly after them."""
    match pieces:
        case [Label(name=who), Words(text=" "), Form(verb=True, name=name) as verb, *_] if who == name:
            return verb
    return None


def tell_act(kernel: Kernel, world: int, act: int) -> str | None:
    """The sentences of an act of the task, in the actual world where it happens, and of the triggers that it sets off;
    None if the world has none for them."""
    own = telling_of_act(kernel, world, act)
    tellings = [*([] if own is None else [own]), *gathered(tellings_of_triggers(kernel, world, act))]
    return " ".join(narrate(tellings, kernel.task.problem)) or None


@dataclass(frozen=True, slots=True)
class _Told:
    """A telling, and whom its ``first`` sentence and its ``last`` one speak of. ``subject`` is whoever begins the
    first, ``theme`` whoever begins the last, ``reader`` who is *you* in it. ``plain``: it is one short sentence."""

    pieces: tuple[Piece, ...]
    first: frozenset[EntityName]
    last: frozenset[EntityName]
    subject: EntityName | None
    theme: EntityName | None
    reader: EntityName | None
    plain: bool
    bare: bool
    joined: bool = False

    @staticmethod
    def of(telling: Telling, problem: Problem, reader: EntityName | None) -> _Told:
        sentences = _sentences(telling.pieces)
        first, last = (sentences[0], sentences[-1]) if sentences else ([], [])
        begins = first[0] if first else None
        words, others = ("".join(piece.text for piece in each if isinstance(piece, Words)) for each in (first, last))
        return _Told(
            telling.pieces,
            _mentioned(first, problem),
            _mentioned(last, problem),
            begins.name.name if isinstance(begins, Label) else None,
            _theme(last, problem),
            reader if telling.addresses(reader) else None,
            len(sentences) == 1 and words.rstrip().endswith(".") and not _BUSY.search(words) and len(words) <= _LONGEST,
            not _THINGS.search(others),
        )

    def written(self, pieces: Iterable[Piece], problem: Problem, tense: Tense) -> str:
        return written(pieces, problem, self.reader, tense)

    @property
    def verb(self) -> Form | None:
        """The verb that goes with whoever begins, directly after them."""
        return _verb(self.pieces)

    def joins(self, last: _Told) -> bool:
        """Whether it goes on with what the same one has done last, in the same sentence."""
        return (
            self.subject is not None
            and self.verb is not None
            and self.subject == last.subject
            and last.verb is not None
            and self.reader == last.reader
            and self.plain
            and last.plain
            and not last.joined
            and self.pieces != last.pieces
        )

    def repeats(self, last: _Told) -> bool:
        """Whether somebody else does just what was told last."""
        alike = _slot(Telling(last.pieces), Telling(self.pieces)) == 0
        return alike and self.plain and last.plain and not last.joined

    def after(self, last: _Told, problem: Problem) -> tuple[Piece, ...]:
        """Its pieces, with a pronoun for the name that begins it if nobody else can be meant, and *it* for the thing
        that something is done to if it is the only one."""
        return self._with_subject(self._with_object(last, problem), last, problem)

    def _with_object(self, last: _Told, problem: Problem) -> tuple[Piece, ...]:
        things = {who for who in last.last | self.first if pronouns(problem, who) == "it"}
        match self.pieces:
            case [Label(), Words(text=" "), Form(verb=True), Words(text=" "), Label(name=thing), Words(text=then), *_]:
                if things == {thing.name} <= last.last and last.bare and _ENDS_OBJECT.match(then):
                    return (*self.pieces[:4], _pronoun(thing, "them"), *self.pieces[5:])
        return self.pieces

    def _with_subject(self, pieces: tuple[Piece, ...], last: _Told, problem: Problem) -> tuple[Piece, ...]:
        who = self.subject
        if who is None or who == self.reader or not isinstance(begins := pieces[0], Label):
            return pieces
        rest = pieces[1:]
        words = rest[0].text if rest and isinstance(rest[0], Words) else ""
        owns = OWNS.match(words)
        called = pronouns(problem, who)
        if not owns and self.verb is None and (called == "they" or not _VERB_FOLLOWS.match(words)):
            return pieces
        if who not in last.last or (called in ("they", "it") and last.theme != who):
            return pieces
        for other in (last.last | self.first) - {who, self.reader, last.reader}:
            several = called == "they" and problem.is_a(other, "character")
            if several or pronouns(problem, other) == called:
                return pieces
        if owns:
            return (_pronoun(begins.name, "their"), Words(words[owns.end() :]), *rest[1:])
        return (_pronoun(begins.name, "they"), *rest)


def _does(begins: Piece) -> Form:
    """The *does* that goes with whoever begins."""
    assert isinstance(begins, Label)
    plural, singular, *_ = VERBS["does"]
    words = tuple((pronoun, plural if pronoun == "they" else singular) for pronoun in PRONOUNS["they"])
    past = tuple((pronoun, "did") for pronoun in PRONOUNS["they"])
    return Form(begins.name, words, capital=False, verb=True, past=past)


def _pronoun(name: Name, form: str) -> Form:
    words = tuple(PRONOUNS[form].items())
    return Form(name, words, capital=False, verb=False, past=words)


def _without_subject(pieces: tuple[Piece, ...], last: _Told) -> tuple[Piece, ...]:
    """What follows *and*: the verb and what is done; of a verb that was the last one's, too, only what is done."""
    before = last.verb
    match pieces[2:]:
        case [Form(words=words), Words(text=text) as rest, *more] if before is not None and words == before.words:
            if text.startswith(" ") and (more or text.strip(" .")):
                return (Words("then"), rest, *more)
    return pieces[2:]


def _sentences(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces, sentence by sentence; what is said within quotation marks ends none."""
    found: list[list[Piece]] = [[]]
    quoted = False
    for number, piece in enumerate(pieces):
        if not isinstance(piece, Words):
            found[-1].append(piece)
            continue
        at = 0
        for end in _END.finditer(piece.text):
            found[-1].append(Words(piece.text[at : end.end()]))
            quoted = _quoted(piece.text[at : end.end()], quoted)
            at = end.end()
            follows = piece.text[at : at + 1]
            if not quoted and not follows.islower() and (follows or number + 1 < len(pieces)):
                found.append([])
        if piece.text[at:]:
            found[-1].append(Words(piece.text[at:]))
            quoted = _quoted(piece.text[at:], quoted)
    return [sentence for sentence in found if sentence]


def _quoted(text: str, quoted: bool) -> bool:
    """Whether one is within quotation marks after a text."""
    for mark in _QUOTES.findall(text):
        quoted = not quoted if mark == '"' else mark in "“«"
    return quoted


def _mentioned(sentence: Iterable[Piece], problem: Problem) -> frozenset[EntityName]:
    """All whom a sentence names, be it in the author's own words."""
    found: set[EntityName] = set()
    known, pattern = _names(problem)
    for piece in sentence:
        match piece:
            case Label(name=name) | Form(name=name):
                found.add(name.name)
            case Words(text=text) if pattern is not None:
                for word in pattern.findall(text):
                    found |= known[word.casefold()]
    return frozenset(found)


def _theme(sentence: Sequence[Piece], problem: Problem) -> EntityName | None:
    """Whom a sentence begins with."""
    match sentence:
        case [Label(name=name), *_] | [Form(name=name, verb=False), *_]:
            return name.name
        case [Words(text=text), *_]:
            known, pattern = _names(problem)
            begins = None if pattern is None else pattern.match(text)
            named = known[begins.group().casefold()] if begins else frozenset()
            return next(iter(named)) if len(named) == 1 else None
    return None


@kept
def _names(problem: Problem) -> tuple[dict[str, frozenset[EntityName]], re.Pattern[str] | None]:
    """What each entity may be called in an author's own words: its label, its name, each word of these with a capital
    letter, and its label without its article."""
    found: dict[str, frozenset[EntityName]] = {}
    for entity in problem.entities:
        said = label(problem, entity.name)
        words = {said, entity.name, re.sub(r"^(?:the|a|an) ", "", said)}
        words |= {word for word in re.findall(r"\w+", said) if len(word) > 2 and word[0].isupper()}
        for word in words:
            found[word.casefold()] = found.get(word.casefold(), frozenset()) | {entity.name}
    if not found:
        return found, None
    longest = sorted(found, key=lambda word: (-len(word), word))
    return found, re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)

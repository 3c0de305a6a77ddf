"""Telling texts → sentences.

>>> from chekhov.model import Entity, Problem
>>> problem = Problem(entities=(Entity("Guards", ("character",), "the guards", "they"),))
>>> tell("{who} {who.pull/pulls} the door open.", {"who": "Guards"}, problem, lambda expression: None)
'The guards pull the door open.'
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.kernel import Kernel
from chekhov.lang.template import Choice, Form, Label, Piece, Template, Value, Verb, Words, parse_template
from chekhov.model import TIME_PASSES, Action, Entity, Expression, Name, Problem, Quantified, Trigger, rebuilt
from chekhov.timing import time_text

EntityName: TypeAlias = str
ValueOf: TypeAlias = Callable[[Expression], "bool | int | float | EntityName | None"]
"""Evaluates an expression without parameters in some state: a truth value, a number, an entity, None for ``?``."""

Tense: TypeAlias = Literal["present", "past"]

_SECOND_PERSON = {
    "they": "you",
    "them": "you",
    "their": "your",
    "theirs": "yours",
    "themselves": "yourself",
    "themself": "yourself",
}
_YOUS = re.compile(r"\b([Yy])ou['’]s\b")
"""What comes of *Clarke's* where Clarke is the reader."""

OWNS = re.compile(r"['’]s(?!\w)")
"""What follows the name of an owner."""
PREPOSITION = re.compile(
    r"\b(?:about|against|among|around|at|behind|beneath|beside|between|beyond|by|for|from|in|into|near|of|on|onto|over|past"
    r"|through|to|toward|towards|under|upon|with|without) $",
    re.IGNORECASE,
)
"""Words after which a name is no subject, whose verb would have to follow it."""

T = TypeVar("T")
_KEPT = 64

UNKNOWN = "nothing"
"""How ``?`` is told. Texts that want another word ask with ``{if … == ?}``."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of an event, before it is put into words: the pieces of its text, with entities for its parameters,
    its conditions decided and its values read, each :class:`Words`, :class:`Label`, :class:`Form` or :class:`Verb`.
    Its tense, who is told of as *you*, and who needs no name are left open."""

    pieces: tuple[Piece, ...]

    @staticmethod
    def of(template: str, bindings: Mapping[str, EntityName], problem: Problem, value_of: ValueOf) -> Telling:
        """What a telling text makes of an event. ``bindings`` are what the event's parameters stand for, ``value_of``
        reads the state before the event. A text that was not checked may hold what cannot be read; that is left out."""
        return Telling(tuple(_merged(_resolved(_parsed(template).pieces, bindings, problem, value_of))))

    @staticmethod
    def plain(text: str) -> Telling:
        """A text that is told as it stands."""
        return Telling((Words(text),) if text else ())

    def text(self, problem: Problem, reader: EntityName | None = None, tense: Tense = "present") -> str:
        """Its sentences, told by themselves; ``reader`` is told of as *you*.

        A text in which the reader is named without a verb that goes with them (``{who.pull/pulls}``) is left in the
        third person.
        """
        return written(self.pieces, problem, reader if self.addresses(reader) else None, tense)

    def addresses(self, reader: EntityName | None) -> bool:
        """Whether the reader can be told of as *you*, so that it does not stand before *pulls*: some verb goes with
        them, or they are named only with others (*and*), after prepositions, and as the owner of something."""
        safe = reader is not None
        words = [piece.text if isinstance(piece, Words) else "" for piece in (*self.pieces, Words(""))]
        for number, piece in enumerate(self.pieces):
            match piece:
                case Form(name=name) if name.name == reader:
                    return True
                case Label(name=name) if name.name == reader:
                    before, after = words[number - 1] if number else "", words[number + 1]
                    safe = safe and bool(OWNS.match(after) or PREPOSITION.search(before) or " and " in (before, after))
        return safe


def tell(
    template: str,
    bindings: Mapping[str, EntityName],
    problem: Problem,
    value_of: ValueOf,
    reader: EntityName | None = None,
    tense: Tense = "present",
) -> str:
    """The sentences that a telling text makes of an event (:meth:`Telling.of`, :meth:`Telling.text`)."""
    return Telling.of(template, bindings, problem, value_of).text(problem, reader, tense)


def tell_own(kernel: Kernel, world: int, act: int) -> str | None:
    """The sentences of an act of the task alone, in the actual world where it happens; None if the world has none."""
    telling = telling_of_act(kernel, world, act)
    return None if telling is None else telling.text(kernel.task.problem)


def telling_of_act(kernel: Kernel, world: int, act: int) -> Telling | None:
    """What is told of an act alone."""
    return _told(kernel, world, kernel.task.names.actions[act], kernel.task.problem.actions)


def telling_of_trigger(kernel: Kernel, world: int, trigger: int) -> Telling | None:
    """What is told of a trigger that fires in a world; None if that is nothing."""
    telling = _told(kernel, world, kernel.task.names.triggers[trigger], kernel.task.problem.triggers)
    return telling if telling is not None and telling.pieces else None


def tellings_of_triggers(kernel: Kernel, world: int, act: int) -> list[Telling]:
    """What is told of the triggers that an act sets off in the actual world; none if no moment follows it."""
    triggers = kernel.task.problem.triggers
    if all(trigger.telling is None for trigger in triggers):
        return []
    try:
        firing = kernel.firing(world, act)
    except ChekhovError:
        return []
    told = [telling_of_trigger(kernel, before, trigger) for trigger, before, _ in firing]
    return [telling for telling in told if telling is not None]


def telling_of_time(kernel: Kernel, world: int, steps: int) -> Telling:
    """What is told of so many steps of time, in the world before them: as the author tells one, or how much passes."""
    problem = kernel.task.source
    own = None
    if problem.passing is not None and problem.passing.telling is not None:
        own = _told(kernel, world, f"{TIME_PASSES}()", kernel.task.problem.actions)
    return own or Telling.of(time_text(steps, problem.time), {}, problem, lambda _: None)


def untensed(problem: Problem) -> list[Diagnostic]:
    """Why a world cannot be told in the past: E0622 for each event with verbs whose past its author has not written,
    or for the world if no verb of its texts is in braces."""
    found = []
    tensed = False
    for event in problem.events:
        for name in ("telling", "telling_end", "telling_broken"):
            text = getattr(event, name, None)
            if text is None:
                continue
            missing = {}
            waiting = list(_parsed(text).pieces)
            while waiting:
                match waiting.pop():
                    case Form(name=who, verb=True, words=words, past=past):
                        tensed = tensed or past is not None
                        if past is None:
                            verb = f"{dict(words)['they']}/{dict(words)['it']}"
                            missing[f"{{{who.name}.{verb}}}"] = f"{{{who.name}.{verb}/…}}"
                    case Verb():
                        tensed = True
                    case Choice(branches=branches, otherwise=otherwise):
                        waiting += [piece for _, branch in branches for piece in branch]
                        waiting += otherwise
            if missing:
                first = next(reversed(missing))
                found.append(
                    Diagnostic(
                        "E0622",
                        f"`{event.name}` cannot be told in the past",
                        event.span,
                        label=f"no past of {', '.join(f'`{verb}`' for verb in reversed(missing))}",
                        help=f"write it as well: `{missing[first]}`, as in `{{who.take/takes/took}}`",
                    )
                )
    if not found and not tensed:
        found.append(Diagnostic("E0622", "this world cannot be told in the past: no verb of its texts has one"))
    return found


def _told(kernel: Kernel, world: int, name: str, events: Sequence[Action] | Sequence[Trigger]) -> Telling | None:
    """What is told of the ground event of a name, in the world before it."""
    task = kernel.task
    name, _, rest = name.removesuffix(")").partition("(")
    arguments = rest.split(", ") if rest else []

    def read(expression: Expression) -> bool | int | float | EntityName | None:
        value = kernel.evaluate(world, task.expression(expression))
        return task.names.entities[value[1]] if isinstance(value, tuple) else value

    for event in events:
        if event.name == name and len(event.parameters) == len(arguments) and event.telling is not None:
            bindings = {p.name: argument for p, argument in zip(event.parameters, arguments, strict=True)}
            return Telling.of(event.telling, bindings, task.problem, read)
    return None


@functools.lru_cache(maxsize=1024)
def _parsed(template: str) -> Template:
    findings: list[Diagnostic] = []
    return parse_template(template, findings)


def kept(make: Callable[[Problem], T]) -> Callable[[Problem], T]:
    """A function of a problem that is made once for each: known again by its identity, as to hash it takes long."""
    made: dict[int, tuple[Problem, T]] = {}

    @functools.wraps(make)
    def found(problem: Problem) -> T:
        known = made.get(id(problem))
        if known is None:
            if len(made) >= _KEPT:
                made.clear()
            known = made[id(problem)] = problem, make(problem)
        return known[1]

    return found


@kept
def _entities(problem: Problem) -> dict[str, Entity]:
    return {entity.name: entity for entity in problem.entities}


def label(problem: Problem, name: str) -> str:
    """The name to show for an entity: its label, or its name with blanks for underscores."""
    entity = _entities(problem).get(name)
    return entity.label if entity is not None and entity.label is not None else name.replace("_", " ")


def pronouns(problem: Problem, name: str) -> str:
    """``she``, ``he``, ``they`` or ``it``; undeclared, characters are they, and things it."""
    entity = _entities(problem).get(name)
    if entity is not None and entity.pronouns is not None:
        return entity.pronouns
    return "they" if problem.is_a(name, "character") else "it"


def _resolved(
    pieces: Sequence[Piece], bindings: Mapping[str, EntityName], problem: Problem, value_of: ValueOf
) -> Iterator[Piece]:
    for piece in pieces:
        match piece:
            case Label(name=name) | Form(name=name) if name.name in bindings:
                yield replace(piece, name=Name(bindings[name.name]))
            case Value(term=term):
                value = value_of(bind(term, bindings))
                yield Label(Name(value)) if isinstance(value, str) else Words(_shown(value))
            case Choice(branches=branches, otherwise=otherwise):
                holding = (b for condition, b in branches if value_of(bind(condition, bindings)) is True)
                yield from _resolved(next(holding, otherwise), bindings, problem, value_of)
            case _:
                yield piece


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with words that stand beside each other in one."""
    text = ""
    for piece in pieces:
        if isinstance(piece, Words):
            text += piece.text
            continue
        if text:
            yield Words(text)
            text = ""
        yield piece
    if text:
        yield Words(text)


def _shown(value: bool | int | float | None) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if value == int(value) else f"{value:g}"


def written(pieces: Iterable[Piece], problem: Problem, reader: EntityName | None, tense: Tense) -> str:
    """The pieces of a :class:`Telling` in words. Names and forms are capitalised where a sentence starts."""
    text = ""
    for piece in pieces:
        match piece:
            case Words(text=words):
                text += words
                continue
            case Label(name=name):
                words = "you" if name.name == reader else label(problem, name.name)
            case Form(name=name, words=forms, past=past, capital=capital):
                forms = past if tense == "past" and past is not None else forms
                if name.name == reader:
                    plural = dict(forms)["they"]  # whose verbs are also those of `you`
                    words = _SECOND_PERSON.get(plural, plural)
                else:
                    words = dict(forms)[pronouns(problem, name.name)]
                words = _capitalised(words) if capital else words
            case Verb(present=present, past=then):
                words = then if tense == "past" else present
            case _:
                continue
        before = text.rstrip().rstrip("\"'“‘«„(—–-").rstrip()
        starts = not before or (before[-1] in ".!?…" and before != text)
        # *"Come!" calls Ann*: what was said is what the verb is about.
        is_verb = isinstance(piece, Verb) or (isinstance(piece, Form) and piece.verb)
        starts = starts and not (is_verb and text.rstrip()[-1:] in tuple('"”»’'))
        text += _capitalised(words) if starts else words
    return text if reader is None else _YOUS.sub(r"\1our", text)


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def bind(expression: Expression, bindings: Mapping[str, EntityName]) -> Expression:
    """The expression with entities in place of parameters. Variables of quantifiers hide parameters of their name."""
    match expression:
        case Name(name=name):
            return replace(expression, name=bindings[name]) if name in bindings else expression
        case Quantified(variable=variable, body=body):
            inner = {name: entity for name, entity in bindings.items() if name != variable.name}
            return replace(expression, body=bind(body, inner))
    return rebuilt(expression, lambda part: bind(part, bindings))

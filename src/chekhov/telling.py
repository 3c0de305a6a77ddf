"""Telling texts → sentences.

>>> from chekhov.model import Entity, Problem
>>> problem = Problem(entities=(Entity("Guards", ("character",), "the guards", "they"),))
>>> tell("{who} {who.pull/pulls} the door open.", {"who": "Guards"}, problem, lambda expression: None)
'The guards pull the door open.'
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.kernel import Kernel
from chekhov.lang.template import Choice, Form, Label, Piece, Template, Value, Words, parse_template
from chekhov.model import Action, Entity, Expression, Name, Problem, Quantified, Trigger, rebuilt

EntityName: TypeAlias = str
ValueOf: TypeAlias = Callable[[Expression], "bool | int | float | EntityName | None"]
"""Evaluates an expression without parameters in some state: a truth value, a number, an entity, None for ``?``."""

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

UNKNOWN = "nothing"
"""How ``?`` is told. Texts that want another word ask with ``{if … == ?}``."""


def tell(
    template: str,
    bindings: Mapping[str, EntityName],
    problem: Problem,
    value_of: ValueOf,
    reader: EntityName | None = None,
) -> str:
    """The sentence that a telling text makes of an event; ``reader`` is told of as *you*.

    A text in which the reader is named without a verb that goes with them (``{who.pull/pulls}``) is left in the third
    person. ``bindings`` are what the event's parameters stand for, ``value_of`` reads the state before the event. A
    text that was not checked may hold what cannot be read; that is left out.
    """
    template_read = _parsed(template)
    if reader is not None and not _agrees(template_read.pieces, bindings, reader):
        reader = None
    text = _Teller(bindings, problem, value_of, reader).tell(template_read.pieces)
    return text if reader is None else _YOUS.sub(r"\1our", text)


def tell_act(kernel: Kernel, world: int, act: int) -> str | None:
    """The sentences of an act of the task, in the actual world where it happens, and of the triggers that it sets off;
    None if the world has none for them."""
    told = (tell_own(kernel, world, act), *tell_triggers(kernel, world, act))
    return " ".join(sentence for sentence in told if sentence is not None) or None


def tell_own(kernel: Kernel, world: int, act: int, reader: EntityName | None = None) -> str | None:
    """The sentence of an act alone."""
    return _told(kernel, world, kernel.task.names.actions[act], kernel.task.problem.actions, reader)


def tell_trigger(kernel: Kernel, world: int, trigger: int, reader: EntityName | None = None) -> str | None:
    """The sentence of a trigger that fires in a world."""
    return _told(kernel, world, kernel.task.names.triggers[trigger], kernel.task.problem.triggers, reader)


def tell_triggers(kernel: Kernel, world: int, act: int) -> list[str]:
    """The sentences of the triggers that an act sets off in the actual world; none if no moment follows it."""
    triggers = kernel.task.problem.triggers
    if all(trigger.telling is None for trigger in triggers):
        return []
    try:
        firing = kernel.firing(world, act)
    except ChekhovError:
        return []
    told = [tell_trigger(kernel, before, trigger) for trigger, before in firing]
    return [sentence for sentence in told if sentence]


def _told(
    kernel: Kernel,
    world: int,
    name: str,
    events: Sequence[Action] | Sequence[Trigger],
    reader: EntityName | None = None,
) -> str | None:
    """The sentence of the ground event of a name, in the world before it."""
    task = kernel.task
    name, _, rest = name.removesuffix(")").partition("(")
    arguments = rest.split(", ") if rest else []

    def read(expression: Expression) -> bool | int | float | EntityName | None:
        value = kernel.evaluate(world, task.expression(expression))
        return task.names.entities[value[1]] if isinstance(value, tuple) else value

    for event in events:
        if event.name == name and len(event.parameters) == len(arguments) and event.telling is not None:
            bindings = {p.name: argument for p, argument in zip(event.parameters, arguments, strict=True)}
            return tell(event.telling, bindings, task.problem, read, reader)
    return None


@functools.lru_cache(maxsize=1024)
def _parsed(template: str) -> Template:
    findings: list[Diagnostic] = []
    return parse_template(template, findings)


@functools.lru_cache(maxsize=64)
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


def _agrees(pieces: Sequence[Piece], bindings: Mapping[str, EntityName], reader: EntityName) -> bool:
    """Whether a text has a form wherever it has the reader's label, so that *you* does not stand before *pulls*."""
    labels, forms = set(), set()
    waiting = list(pieces)
    while waiting:
        match waiting.pop():
            case Label(name=name):
                labels.add(bindings.get(name.name, name.name))
            case Form(name=name):
                forms.add(bindings.get(name.name, name.name))
            case Choice(branches=branches, otherwise=otherwise):
                waiting += [piece for _, branch in branches for piece in branch]
                waiting += otherwise
    return reader not in labels or reader in forms


class _Teller:
    def __init__(
        self, bindings: Mapping[str, str], problem: Problem, value_of: ValueOf, reader: str | None = None
    ) -> None:
        self.reader = reader
        self.bindings = bindings
        self.problem = problem
        self.value_of = value_of
        self.text = ""

    def tell(self, pieces: tuple[Piece, ...]) -> str:
        for piece in pieces:
            match piece:
                case Words(text=text):
                    self.text += text
                case Label(name=name):
                    entity = self._entity(name)
                    self._put("you" if entity == self.reader else label(self.problem, entity))
                case Form(name=name, words=words, capital=capital):
                    entity = self._entity(name)
                    if entity == self.reader:
                        plural = dict(words)["they"]  # whose verbs are also those of `you`
                        word = _SECOND_PERSON.get(plural, plural)
                    else:
                        word = dict(words)[pronouns(self.problem, entity)]
                    self._put(_capitalised(word) if capital else word)
                case Value(term=term):
                    self._put(self._shown(self.value_of(bind(term, self.bindings))))
                case Choice(branches=branches, otherwise=otherwise):
                    for condition, branch in branches:
                        if self.value_of(bind(condition, self.bindings)) is True:
                            self.tell(branch)
                            break
                    else:
                        self.tell(otherwise)
        return self.text

    def _entity(self, name: Name) -> str:
        return self.bindings.get(name.name, name.name)

    def _put(self, words: str) -> None:
        """Adds what a name or a value is told as, capitalised where a sentence starts."""
        before = self.text.rstrip().rstrip("\"'“‘«„(—–-").rstrip()
        starts = not before or (before[-1] in ".!?…" and before != self.text)
        self.text += _capitalised(words) if starts else words

    def _shown(self, value: bool | int | float | str | None) -> str:
        if value is None:
            return UNKNOWN
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return label(self.problem, value)
        return str(int(value)) if value == int(value) else f"{value:g}"


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

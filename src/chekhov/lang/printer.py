"""Problem → text: the normal form of the language, in which every bracket that the reading needs is written.

Reading what was printed gives the problem back. The formatter of files uses the same pieces: :func:`expression_pieces`
keeps with each piece where it came from, so that comments find their place again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from chekhov.lang.nodes import (
    Author,
    BeliefDepth,
    Include,
    Node,
    Omission,
    Playable,
    Refinement,
    Statement,
    Title,
    Wish,
)
from chekhov.lang.syntax import STARTS, string_text
from chekhov.model import (
    FORMS,
    TRUE,
    Acceptance,
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Change,
    Comparison,
    Conditional,
    Demand,
    Done,
    Ending,
    EndingTerm,
    Entity,
    Expression,
    FluentTerm,
    Foresight,
    IsA,
    Level,
    Literal,
    Name,
    Not,
    Observation,
    Or,
    Parameter,
    Problem,
    Process,
    Property,
    Quantified,
    Secret,
    TimeStep,
    Trigger,
    Type,
    UnderWay,
    Utility,
)

WIDTH = 120
"""Lines are broken to stay within so many columns, where that can be done."""
_TAB = 4


def format_problem(problem: Problem) -> str:
    """The normal form of a whole problem: declarations, then how things are, what happens, what is wanted."""
    sections: list[list[Node]] = [[]]
    if problem.title is not None:
        sections[0].append(Title(problem.title))
    if problem.author is not None:
        sections[0].append(Author(problem.author))
    if problem.belief_depth is not None:
        sections[0].append(BeliefDepth(problem.belief_depth))
    if problem.time is not None:
        sections[0].append(problem.time)
    if problem.foresight is not None:
        sections[0].append(problem.foresight)
    sections.append(list(problem.types))
    sections.append(list(problem.entities))
    playable = tuple(Name(entity.name) for entity in problem.entities if entity.playable)
    if playable:
        sections.append([Playable(playable)])
    sections.append(list(problem.levels))
    sections.append(list(problem.properties))
    sections.append([Statement(statement) for statement in problem.initial])
    sections += [[action] for action in problem.actions]
    sections += [[trigger] for trigger in problem.triggers]
    sections += [[process] for process in problem.processes]
    if problem.passing is not None:
        sections.append([Refinement(problem.passing)])
    utilities = [list(format_node(utility)) for utility in problem.utilities]
    if all(len(lines) == 1 for lines in utilities):
        sections.append(list(problem.utilities))
    else:
        sections += [[utility] for utility in problem.utilities]
    sections.append(list(problem.endings))
    sections.append([*problem.demands, *problem.secrets])
    sections.append(list(problem.acceptances))
    texts = ["".join(f"{indented(line)}\n" for node in section for line in format_node(node)) for section in sections]
    return "\n".join(text for text in texts if text)


def format_demand(demand: Demand | Secret) -> str:
    """What a demand or a secret says, on one line, without its name and label."""
    if isinstance(demand, Demand):
        return _flat(_demand(demand))
    return _flat(_secret(demand, short=False))


def format_expression(expression: Expression, *, effect: bool = False) -> str:
    """An expression on one line."""
    return _flat(_expression(expression, effect=effect))


# ---------------------------------------------------------------------------------------------------------------------
# Layouts: text that may be broken into lines


@dataclass(frozen=True, slots=True)
class Atom:
    """A word that is never broken, and the offset that it comes from (None: nowhere)."""

    text: str
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Parts one behind the other, on as many lines as they need.

    Broken, ``open`` ends a line, the parts are indented below it, each but the last followed by ``between``, and
    ``close`` begins a line. Without ``open`` nothing is indented. Without ``between`` each part has a line of its own.
    """

    open: str
    parts: tuple[Layout, ...]
    between: str
    close: str
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Layouts right behind each other."""

    parts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A head and a body, which stands behind it, or below it and indented."""

    head: Layout
    body: Layout


Layout: TypeAlias = "Atom | Block | Row | Clause"


@dataclass(slots=True)
class Line:
    """A line of the result: its depth of indentation, its text, and the offsets that it comes from."""

    depth: int
    text: str = ""
    sources: list[int] = field(default_factory=list)


def _flat(layout: Layout) -> str:
    match layout:
        case Atom(text=text):
            return text
        case Row(parts=parts):
            return "".join(map(_flat, parts))
        case Clause(head=head, body=body):
            return f"{_flat(head)} {_flat(body)}"
        case Block(open=open, parts=parts, between=between, close=close):
            return open + f"{between} ".join(map(_flat, parts)) + close
    raise TypeError(layout)


def _sources(layout: Layout) -> Iterable[int]:
    match layout:
        case Atom(source=source):
            if source is not None:
                yield source
        case Row(parts=parts):
            for part in parts:
                yield from _sources(part)
        case Clause(head=head, body=body):
            yield from _sources(head)
            yield from _sources(body)
        case Block(parts=parts, source=source):
            if source is not None:
                yield source
            for part in parts:
                yield from _sources(part)


def _emit(layout: Layout, lines: list[Line], room: int) -> None:
    """Adds a layout to the last line, and to further ones where it does not fit. ``room`` is kept free behind it."""
    line = lines[-1]
    text = _flat(layout)
    if line.depth * _TAB + len(line.text) + len(text) + room <= WIDTH or isinstance(layout, Atom):
        line.text += text
        line.sources += _sources(layout)
        return
    if isinstance(layout, Row):
        rest = [len(_flat(part)) for part in layout.parts]
        for number, part in enumerate(layout.parts):
            # What follows in the row only matters as far as it cannot be broken itself.
            after = rest[number + 1] if number + 1 < len(rest) and isinstance(layout.parts[number + 1], Atom) else 0
            _emit(part, lines, after if number + 1 < len(rest) else room)
        return
    if isinstance(layout, Clause):
        depth = line.depth
        _emit(layout.head, lines, 0)
        lines.append(Line(depth + 1))
        _emit(layout.body, lines, room)
        return
    line.text += layout.open
    if layout.source is not None:
        line.sources.append(layout.source)
    depth = line.depth
    if layout.open:
        depth += 1
        lines.append(Line(depth))
    for number, part in enumerate(layout.parts):
        last = number + 1 == len(layout.parts)
        _emit(part, lines, 0 if last else len(layout.between))
        if not last:
            lines[-1].text += layout.between
            after = len(_flat(layout.parts[number + 1])) + (
                len(layout.between) if number + 2 < len(layout.parts) else room
            )
            if layout.between and lines[-1].depth * _TAB + len(lines[-1].text) + 1 + after <= WIDTH:
                lines[-1].text += " "
            else:
                lines.append(Line(depth))
    if layout.open:
        lines.append(Line(line.depth, layout.close))
    else:
        lines[-1].text += layout.close


# ---------------------------------------------------------------------------------------------------------------------
# Expressions


def _at(expression: Expression | Parameter) -> int | None:
    return None if expression.span is None else expression.span.start


def number_text(value: float) -> str:
    """A number as the language writes it: digits, with a point if need be, never an exponent."""
    if isinstance(value, int) or value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


_TIGHT = (Literal, Name, FluentTerm, Believes, Done, EndingTerm, UnderWay)


def _bracketed(expression: Expression, *, effect: bool = False) -> Layout:
    """An expression that is an operand of another one."""
    inner = _expression(expression, effect=effect)
    if _is_tight(expression, effect):
        return inner
    return Block("(", (inner,), "", ")")


def _is_tight(expression: Expression, effect: bool) -> bool:
    """Whether an expression needs no brackets anywhere."""
    if effect and isinstance(expression, Assignment):
        # A flag: `f(x)`.
        return expression.value == TRUE and expression.value.value is True and isinstance(expression.target, FluentTerm)
    return isinstance(expression, _TIGHT)


def _operand(expression: Expression, *, effect: bool) -> Layout:
    """An operand of ``&``, ``|`` or ``!``, next to which comparisons and negations stand without brackets."""
    if isinstance(expression, Comparison | IsA | Not | Assignment):
        return _expression(expression, effect=effect)
    if isinstance(expression, Quantified) and expression.kind in ("forall", "exists"):
        return _expression(expression, effect=effect)
    return _bracketed(expression, effect=effect)


def _expression(expression: Expression, *, effect: bool = False) -> Layout:
    at = _at(expression)
    match expression:
        case Literal(value=value):
            if value is None:
                return Atom("?", at)
            return Atom(str(value) if isinstance(value, bool) else number_text(value), at)
        case Name(name=name):
            return Atom(name, at)
        case FluentTerm(property=name, arguments=arguments):
            return _call(name, arguments, at)
        case Done(action=action, arguments=arguments) | UnderWay(action=action, arguments=arguments):
            shown = ", ".join("_" if argument is None else argument.name for argument in arguments)
            return Atom(f"{'done' if isinstance(expression, Done) else 'under_way'}({action}({shown}))", at)
        case EndingTerm(name=name):
            return Atom(f"ending({name})", at)
        case Believes(character=character, body=body):
            inner = _expression(body, effect=effect)
            return Row((Atom("believes(", at), _expression(character), Atom(", "), inner, Atom(")")))
        case And(parts=parts) | Or(parts=parts):
            sign = "&" if isinstance(expression, And) else "|"
            if len(parts) < 2:
                # No row of one or none can be written; it is what it means.
                return _expression(parts[0], effect=effect) if parts else Atom("True" if sign == "&" else "False", at)
            laid = [_operand(part, effect=effect) for part in parts]
            if isinstance(parts[-1], Conditional):
                laid[-1] = _expression(parts[-1], effect=effect)
            return Block("", tuple(laid), f" {sign}", "")
        case Not(body=body):
            if isinstance(body, Not) or (isinstance(body, Quantified) and body.kind in ("forall", "exists")):
                return Row((Atom("!", at), _expression(body)))
            return Row((Atom("!", at), _bracketed(body)))
        case Comparison(operator=operator, left=left, right=right):
            return Row((_side(left), Atom(f" {operator} "), _right_side(right)))
        case Arithmetic(operator=operator, left=left, right=right):
            operands = [_bracketed(left)]
            # A row of sums or products is split at its first sign, and no other order would give another value.
            while operator in ("+", "*") and isinstance(right, Arithmetic) and right.operator == operator:
                operands.append(_bracketed(right.left))
                right = right.right
            return Block("", (*operands, _bracketed(right)), f" {operator}", "")
        case IsA(entity=entity, type=type_name):
            return Row((_bracketed(entity), Atom(f" : {type_name}")))
        case Assignment(target=target, value=value):
            if not effect:
                # An assignment in a condition compares; the checker warns of it.
                return _expression(Comparison("==", target, value, span=expression.span))
            return _assignment(expression, target, value)
        case Quantified(kind=kind, variable=variable, body=body):
            head = Row((Atom(f"{kind}(", at), Atom(f"{variable.name} : {variable.type}) ", _at(variable))))
            if isinstance(body, Quantified) and kind == body.kind:
                return Row((head, _expression(body, effect=effect)))
            if kind in ("forall", "exists") and isinstance(body, Comparison | Assignment | Not | IsA):
                return Row((head, _expression(body, effect=effect)))
            return Row((head, _bracketed(body, effect=effect)))
        case Conditional(branches=branches, otherwise=otherwise):
            clauses: list[Layout] = []
            for number, (test, value) in enumerate(branches):
                word = "elseif" if number else "if"
                asked = Block(f"{word}(", (_expression(test),), "", ")", _at(test))
                clauses.append(Clause(asked, _branch(value, effect=effect)))
            if otherwise is not None:
                clauses.append(Clause(Atom("else"), _branch(otherwise, effect=effect)))
            return clauses[0] if len(clauses) == 1 else Block("", tuple(clauses), "", "")
    raise TypeError(f"not an expression: {expression!r}")


def _side(expression: Expression) -> Layout:
    """What stands on the left of a comparison."""
    return _expression(expression) if isinstance(expression, Arithmetic) else _bracketed(expression)


def _right_side(expression: Expression) -> Layout:
    """What stands on the right of a comparison or an assignment, which goes on as far as it can."""
    if isinstance(expression, Arithmetic) or (
        isinstance(expression, Quantified) and expression.kind in ("sum", "product")
    ):
        return _expression(expression)
    return _bracketed(expression)


def _branch(expression: Expression, *, effect: bool) -> Layout:
    if isinstance(expression, Comparison | Assignment):
        return _expression(expression, effect=effect)
    return _bracketed(expression, effect=effect)


def _assignment(expression: Assignment, target: Expression, value: Expression) -> Layout:
    if isinstance(value, Literal) and isinstance(value.value, bool) and isinstance(target, FluentTerm):
        inner = _expression(target)
        return inner if value.value else Row((Atom("!", _at(expression)), inner))
    return Row((_expression(target), Atom(" = "), _right_side(value)))


def _call(name: str, arguments: Sequence[Expression], at: int | None) -> Layout:
    if not arguments:
        return Atom(f"{name}()", at)
    parts: list[Layout] = [Atom(f"{name}(", at)]
    for number, argument in enumerate(arguments):
        if number:
            parts.append(Atom(", "))
        parts.append(_expression(argument))
    return Row((*parts, Atom(")")))


# ---------------------------------------------------------------------------------------------------------------------
# Definitions


def format_node(node: Node, places: Mapping[str, int] | None = None) -> list[Line]:
    """A definition as lines, with its semicolon. ``places`` are the offsets of the parts of an action or a trigger."""
    match node:
        case Title(text=text):
            return _string_lines(0, "title ", text)
        case Author(text=text):
            return _string_lines(0, "author ", text)
        case Include(path=path):
            return [Line(0, f"include {string_text(path)};")]
        case BeliefDepth(depth=depth):
            return [Line(0, f"belief depth {depth};")]
        case TimeStep(size=size, unit=unit):
            return [Line(0, f"time step {number_text(size)}{'' if unit is None else f' {string_text(unit)}'};")]
        case Foresight(acts=acts, minds=minds):
            return [
                Line(
                    0, f"reasons within {acts} act{'' if acts == 1 else 's'}, {minds} mind{'' if minds == 1 else 's'};"
                )
            ]
        case Playable(names=names):
            return _listed("playable ", [Atom(name.name, _at(name)) for name in names], ";")
        case Level(label=label, places=names):
            return _listed(f"level {string_text(label)}: ", [Atom(name.name, _at(name)) for name in names], ";")
        case Type(name=name, parents=parents):
            return _listed(f"type {name}{' : ' if parents else ''}", [Atom(parent) for parent in parents], ";")
        case Entity():
            return _entity(node)
        case Property():
            bounds = "" if node.bounds is None else " " + "..".join(map(number_text, node.bounds))
            return _listed(f"property {node.name}(", _parameters(node.parameters), f") : {node.type}{bounds};")
        case Statement(expression=expression):
            return _statement(_expression(expression, effect=True))
        case Action() | Trigger() | Process():
            return _event(node, places or {})
        case Refinement(event=event):
            return _event(event, places or {}, "refine ")
        case Omission(kind=kind, names=names):
            return _listed(f"without {kind} ", [Atom(name.name, _at(name)) for name in names], ";")
        case Utility(character=character, value=value):
            return _headed(f"utility({character or ''}):", _expression(value))
        case Wish(variable=variable, value=value):
            return _headed(f"utility({variable.name} : {variable.type}):", _expression(value))
        case Ending(name=name, label=label, condition=condition):
            shown = "" if label is None else f" {string_text(label)}"
            return _headed(f"ending {name}{shown}:", _expression(condition))
        case Demand():
            return _headed(f"{_heading('demand', node)}:", _demand(node))
        case Secret():
            short = node.name is not None and node.content == FluentTerm(node.name)
            return _headed(_heading("secret", node) + ("" if short else ":"), _secret(node, short))
        case Acceptance(kind=kind, subject=subject, reason=reason):
            return _string_lines(0, f"accept {kind}{'' if subject is None else f'({subject})'} ", reason)
    raise TypeError(f"not a definition: {node!r}")


def _heading(word: str, node: Demand | Secret) -> str:
    """A word with the name and the label that follow it."""
    shown = ("" if node.name is None else f" {node.name}") + (
        "" if node.label is None else f" {string_text(node.label)}"
    )
    return word + shown


def _demand(demand: Demand) -> Layout:
    if demand.other is None:
        return Row((Atom(f"{demand.form} "), _expression(demand.condition)))
    parts = _part(demand.condition), _part(demand.other)
    if re.match(rf"({'|'.join(FORMS[:4])})\b(?! *([&|=<>*/+-]|!=))", _flat(parts[0])):
        # It begins with a name that would be taken for the form of another demand.
        parts = Block("(", (parts[0],), "", ")"), parts[1]
    return Block("", parts, f" {demand.form}", "")


def _part(expression: Expression) -> Layout:
    """A condition beside a word such as ``until``. That binds weakest, but need not be known to do so."""
    return _operand(expression, effect=False)


def _secret(secret: Secret, short: bool) -> Layout:
    parts: list[Layout] = [] if short else [_part(secret.content)]
    names: list[Layout] = []
    for number, one in enumerate(secret.hidden_from):
        names.append(Atom(", " if number else "from "))
        if isinstance(one, Name):
            names.append(Atom(one.name, _at(one)))
            continue
        names.append(Atom(f"all({one.variable.name} : {one.variable.type})", _at(one.variable)))
        if one.condition != TRUE:
            names += [Atom(" where "), _part(one.condition)]
    parts.append(Row(tuple(names)))
    if secret.until is not None:
        parts.append(Row((Atom("until "), _part(secret.until))))
    return Block("", tuple(parts), "", "")


def _parameters(parameters: Sequence[Parameter | Name]) -> list[Layout]:
    return [
        Atom(f"{one.name} : {one.type}" if isinstance(one, Parameter) else one.name, _at(one)) for one in parameters
    ]


def _listed(head: str, parts: Sequence[Layout], tail: str, depth: int = 0) -> list[Line]:
    """Parts with commas between them, as many on a line as it has room for."""
    lines = [Line(depth, head)]
    for number, part in enumerate(parts):
        last = number + 1 == len(parts)
        text = _flat(part) + (tail if last else ",")
        line = lines[-1]
        blank = "" if number == 0 else " "
        if number and line.depth * _TAB + len(line.text) + len(blank) + len(text) > WIDTH:
            lines.append(Line(depth + 1))
            line, blank = lines[-1], ""
        line.text += blank + text
        line.sources += _sources(part)
    if not parts:
        lines[-1].text += tail
    return lines


def _entity(entity: Entity) -> list[Line]:
    tail = ""
    if entity.label is not None:
        tail += f" {string_text(entity.label)}"
    if entity.pronouns is not None:
        tail += f" ({entity.pronouns})"
    return _listed(f"entity {entity.name} : ", [Atom(name) for name in entity.types], f"{tail};")


def _string_lines(depth: int, head: str, text: str) -> list[Line]:
    """A string, broken between its words: a line break in a string counts as a blank."""
    words = string_text(text).split(" ")
    lines = [Line(depth, head)]
    fresh = True
    for number, word in enumerate(words):
        line = lines[-1]
        blank = "" if fresh else " "
        # Only between two words; a run of blanks, or one at the edge, would be lost.
        breakable = (
            not fresh
            and number >= 2
            and words[number - 1] not in ("", '"')
            and word not in ("", '"')
            and not words[number - 1].endswith(("\\n", "\t"))
            and not word.startswith(("\\n", "\t"))
            and not _ends_a_string(word)
        )
        if breakable and line.depth * _TAB + len(line.text) + len(blank) + len(word) + 1 > WIDTH and len(lines) < 60:
            lines.append(Line(depth + 1))
            line, blank = lines[-1], ""
        line.text += blank + word
        fresh = False
    lines[-1].text += ";"
    return lines


def _ends_a_string(word: str) -> bool:
    """Whether a line with this word in front would be taken to come after a string that lacks its quotation mark."""
    return word.startswith(
        ("}", "precondition", "effect", "consenting", "observing", "telling")
        + ("duration:", "begin:", "while:", "broken:", "change:")
    )


_DEFINITION = re.compile(rf"({'|'.join(STARTS)})\b(?! *(\(|[&|=<>*/+-]|!=))")


def _statement(layout: Layout) -> list[Line]:
    if _DEFINITION.match(_flat(layout)):
        # It begins with a name that would be taken for the beginning of another definition.
        layout = Block("(", (layout,), "", ")")
    lines = [Line(0)]
    _emit(layout, lines, 1)
    for line in lines[1:]:
        line.depth += 1
    lines[-1].text += ";"
    return lines


def _headed(head: str, layout: Layout, depth: int = 0) -> list[Line]:
    """A head and what it introduces, on one line or below it."""
    text = _flat(layout)
    if depth * _TAB + len(head) + len(text) + 2 <= WIDTH:
        return [Line(depth, f"{head} {text};", list(_sources(layout)))]
    lines = [Line(depth, head), Line(depth + 1)]
    _emit(layout, lines, 1)
    lines[-1].text += ";"
    return lines


def _event(event: Action | Trigger | Process, places: Mapping[str, int], before: str = "") -> list[Line]:
    what = {Action: "action", Trigger: "trigger", Process: "process"}[type(event)]
    if isinstance(event, Action) and event.natural:
        what = "natural action"
    lines = _listed(f"{before}{what} {event.name}(", _parameters(event.parameters), ") {")
    for part, made in _parts(event):
        if part in places:
            made[0].sources.append(places[part])
        lines += made
    lines.append(Line(0, "};"))
    return lines


def _parts(event: Action | Trigger | Process) -> Iterator[tuple[str, list[Line]]]:
    """The parts of an event, in order, each with its lines."""

    def condition(part: str, expression: Expression | None) -> Iterator[tuple[str, list[Line]]]:
        if expression is not None and expression != TRUE:
            yield part, _headed(f"{part}:", _expression(expression), 1)

    def effect(part: str, expression: Expression) -> Iterator[tuple[str, list[Line]]]:
        if expression != TRUE:
            yield part, _headed(f"{part}:", _expression(expression, effect=True), 1)

    def observing(part: str, observation: Observation | None) -> Iterator[tuple[str, list[Line]]]:
        if observation is not None:
            variable = observation.variable
            head = f"{part}({variable.name} : {variable.type}):"
            yield part, _headed(head, _expression(observation.condition), 1)

    def telling(part: str, text: str | None) -> Iterator[tuple[str, list[Line]]]:
        if text is not None:
            yield part, _string_lines(1, f"{part}: ", text)

    if isinstance(event, Process):
        yield from condition("while", event.condition)
        if event.changes:
            yield "change", _listed("change: ", [_change(change) for change in event.changes], ";", 1)
        return
    if isinstance(event, Trigger):
        yield from condition("precondition", event.precondition)
        yield from effect("effect", event.effect)
        yield from telling("telling", event.telling)
        return
    if event.duration is not None:
        yield "duration", _headed("duration:", _expression(event.duration), 1)
    yield from condition("precondition", event.precondition)
    yield from effect("begin", event.begin)
    yield from condition("while", event.throughout)
    yield from effect("effect", event.effect)
    yield from effect("broken", event.broken)
    if event.consenting:
        yield "consenting", _listed("consenting: ", [_expression(one) for one in event.consenting], ";", 1)
    yield from observing("observing", event.observing)
    yield from observing("observing end", event.observing_end)
    yield from telling("telling", event.telling)
    yield from telling("telling end", event.telling_end)
    yield from telling("telling broken", event.telling_broken)


def _change(change: Change) -> Layout:
    return Row((_expression(change.target), Atom(f" {change.sign}= "), _right_side(change.rate)))


def indented(line: Line) -> str:
    """A line as it stands in a file."""
    return "\t" * line.depth + line.text if line.text else ""

"""What people write outside world files: conditions, acts, and plans. All of it is checked against a world."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chekhov.diagnostics import Diagnostic, Label, Span, sort
from chekhov.lang.checker import Checker
from chekhov.lang.expressions import LostError, parse_expression
from chekhov.lang.names import nearest
from chekhov.lang.parser import Parser
from chekhov.lang.syntax import MAX_CHARACTERS, tokenize
from chekhov.model import TIME_PASSES, Action, Demand, Expression, Name, Parameter, Problem, Trigger

_MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Act:
    """An action with its arguments; as text, what a line of a plan file says."""

    name: str
    arguments: tuple[str, ...]
    span: Span | None = None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


def parse_condition(
    text: str, problem: Problem, path: str = "<condition>", *, of_events: bool = False
) -> tuple[Expression | None, list[Diagnostic]]:
    """A condition such as ``alive(Tom) & at(Tom) != Home``, and what is wrong with it; None if there are errors.

    ``path`` is how places in it are shown: name the option that it is given with. With ``of_events`` it may speak of
    acts and endings as a demand does: ``done(walk(Tom, _)) | ending(war)``.
    """
    return _phrase(text, problem, path, condition=True, of_events=of_events)


def parse_demand(text: str, problem: Problem, path: str = "--demand") -> tuple[Demand | None, list[Diagnostic]]:
    """A demand such as ``never done(shoot(Clarke, _))``, and what is wrong with it; None if there are errors.

    It may have a name and a label in front, as in a world: ``no_shots "Nobody shoots": never done(shoot(_, _))``.
    """
    diagnostics: list[Diagnostic] = []
    demand = None
    if _is_short(text, path, diagnostics):
        parser = Parser(tokenize(text, path, diagnostics), diagnostics)
        with contextlib.suppress(LostError):
            demand = parser.whole_demand()
    if demand is not None and not any(found.is_error for found in diagnostics):
        checker = Checker(problem, diagnostics)
        checker.declare()
        demand = checker.demand(demand)
    diagnostics = sort(diagnostics)
    return (None if any(found.is_error for found in diagnostics) else demand), diagnostics


def parse_value(text: str, problem: Problem, path: str = "<value>") -> tuple[Expression | None, list[Diagnostic]]:
    """An expression of any kind, such as ``at(Tom)`` or ``wealth(Tom) + 1``."""
    return _phrase(text, problem, path, condition=False)


def parse_effect(text: str, problem: Problem, path: str = "<effect>") -> tuple[Expression | None, list[Diagnostic]]:
    """An effect such as ``air(Maya) = 240 & !held(Fox)``, and what is wrong with it; None if there are errors."""
    diagnostics: list[Diagnostic] = []
    if not _is_short(text, path, diagnostics):
        return None, diagnostics
    expression = parse_expression(tokenize(text, path, diagnostics), diagnostics)
    if expression is not None and not any(found.is_error for found in diagnostics):
        checker = Checker(problem, diagnostics)
        checker.declare()
        expression = checker.effect(expression, {})
    diagnostics = sort(diagnostics)
    return (None if any(found.is_error for found in diagnostics) else expression), diagnostics


def _is_short(text: str, path: str, diagnostics: list[Diagnostic]) -> bool:
    """Whether a text is not too long to be read; says so otherwise."""
    if len(text) > MAX_CHARACTERS:
        diagnostics.append(Diagnostic("E0113", f"it has more than {MAX_CHARACTERS:,} characters", Span(path, 0, 0)))
    return not diagnostics


def _phrase(
    text: str, problem: Problem, path: str, *, condition: bool, of_events: bool = False
) -> tuple[Expression | None, list[Diagnostic]]:
    diagnostics: list[Diagnostic] = []
    if not _is_short(text, path, diagnostics):
        return None, diagnostics
    expression = parse_expression(tokenize(text, path, diagnostics), diagnostics, of_events=of_events)
    if expression is not None and not any(found.is_error for found in diagnostics):
        checker = Checker(problem, diagnostics)
        checker.declare()
        checker.of_events = of_events
        expression = checker.condition(expression, {}) if condition else checker.value(expression, {})[0]
    diagnostics = sort(diagnostics)
    return (None if any(found.is_error for found in diagnostics) else expression), diagnostics


_ACT = re.compile(r"\s*([^\W\d_]\w*)\s*(?:\(([^()]*)\))?\s*;?\s*")


def parse_ground(
    text: str, problem: Problem, path: str = "<act>", *, offset: int = 0
) -> tuple[Act | None, list[Diagnostic]]:
    """An act such as ``walk(Tom, Home, Market)``, and what is wrong with it; None if there are errors.

    ``offset`` is where the text stands in the file that ``path`` names.
    """
    match = _ACT.fullmatch(text)
    if match is None:
        return None, [_no_act(text, path, offset)]
    name = match.group(1)
    named = Span(path, offset + match.start(1), offset + match.end(1))
    actions = [action for action in problem.actions if action.name == name]
    if name == TIME_PASSES and problem.is_timed:
        actions = [Action(TIME_PASSES)]
    if not actions:
        return None, [_unknown(name, named, problem)]
    arguments: list[str] = []
    spans: list[Span] = []
    if match.group(2) is not None and match.group(2).strip():
        at = match.start(2)
        for part in match.group(2).split(","):
            word = part.strip()
            start = offset + at + (len(part) - len(part.lstrip()) if word else 0)
            arguments.append(word)
            spans.append(Span(path, start, start + len(word)))
            at += len(part) + 1
    span = Span(path, named.start, offset + len(text.rstrip().rstrip(";").rstrip()))
    fitting = [action for action in actions if len(action.parameters) == len(arguments)]
    if not fitting:
        wanted = " or ".join(str(count) for count in sorted({len(action.parameters) for action in actions}))
        return None, [
            Diagnostic(
                "E0602",
                f"`{name}` takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(arguments)}",
                span,
                "",
                _declared(actions),
                f"write `{_shape(actions[0])}`",
            )
        ]
    found = _check_arguments(fitting, arguments, spans, problem)
    if found:
        return None, found
    return Act(name, tuple(arguments), span), []


def _no_act(text: str, path: str, offset: int) -> Diagnostic:
    stripped = text.strip()
    start = offset + len(text) - len(text.lstrip())
    span = Span(path, start, start + max(1, len(stripped)))
    help = "an act is written as in `walk(Tom, Home, Market)`"
    if re.match(r"\d+[.):]?\s", stripped):
        help = "leave out the number: " + help
    elif stripped.count("(") != stripped.count(")"):
        help = "its brackets do not match"
    elif stripped.startswith("//"):
        help = "comments start with `#`"
    elif " " in stripped and "(" not in stripped:
        help += "; a line holds one act"
    return Diagnostic("E0601", "this is not an act", span, help=help)


def _unknown(name: str, span: Span, problem: Problem) -> Diagnostic:
    if any(trigger.name == name for trigger in problem.triggers):
        return Diagnostic(
            "E0602", f"`{name}` is a trigger", span, help="triggers happen by themselves and stand in no plan"
        )
    near = nearest(name, [action.name for action in problem.actions] + [TIME_PASSES] * problem.is_timed)
    return Diagnostic(
        "E0602",
        f"there is no action `{name}`",
        span,
        help=f"did you mean `{near}`?" if near else None,
    )


def _declared(actions: Sequence[Action]) -> tuple[Label, ...]:
    return tuple(Label(action.span, "declared here") for action in actions[:3] if action.span is not None)


def _shape(event: Action | Trigger) -> str:
    return f"{event.name}({', '.join(parameter.name for parameter in event.parameters)})"


def _check_arguments(
    actions: Sequence[Action], arguments: Sequence[str], spans: Sequence[Span], problem: Problem
) -> list[Diagnostic]:
    """What is wrong with arguments of actions of one name; nothing if they fit one of these."""
    best: list[Diagnostic] | None = None
    entities = {entity.name for entity in problem.entities}
    for action in actions:
        found = []
        for parameter, word, span in zip(action.parameters, arguments, spans, strict=True):
            if isinstance(parameter, Parameter):
                fitting = [entity.name for entity in problem.entities_of(parameter.type)]
                wanted = f"`{parameter.name}` is of type `{parameter.type}`"
            else:
                fitting = [parameter.name]
                wanted = f"only `{parameter.name}` can stand here"
            if word in fitting:
                continue
            near = nearest(word, fitting) or (fitting[0] if len(fitting) == 1 else None)
            labels = _declared([action])
            help = f"did you mean `{near}`?" if near else None
            if not word:
                found.append(
                    Diagnostic("E0602", "an argument is missing", span, "", labels, f"write `{_shape(action)}`")
                )
            elif word not in entities:
                found.append(Diagnostic("E0602", f"there is no entity `{word}`", span, wanted, labels, help))
            else:
                found.append(Diagnostic("E0602", f"`{word}` does not fit: {wanted}", span, "", labels, help))
        if best is None or len(found) < len(best):
            best = found
    return best or []


_SEVERAL = re.compile(rf"(\s*{TIME_PASSES})\s+(\d{{1,4}})\s*;?\s*")


def parse_plan(text: str, problem: Problem, path: str = "<plan>") -> tuple[list[str] | None, list[Diagnostic]]:
    """The acts of a plan file, each as ``walk(Tom, Home, Market)``, and what is wrong; None if there are errors.

    A line holds one act, or nothing; ``#`` starts a comment. An act may end with a semicolon. ``time_passes 3`` are
    three steps of time.
    """
    diagnostics: list[Diagnostic] = []
    if len(text) > MAX_CHARACTERS:
        return None, [Diagnostic("E0113", f"a plan has {MAX_CHARACTERS:,} characters at most", Span(path, 0, 0))]
    acts: list[str] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        content = line.split("#", 1)[0].strip("\ufeff" if offset == 0 else "")
        start = offset + (1 if offset == 0 and line.startswith("\ufeff") else 0)
        offset += len(line)
        if not content.strip():
            continue
        content = content.rstrip("\r\n")
        several = _SEVERAL.fullmatch(content)
        if several is not None:
            content = several.group(1)
        act, found = parse_ground(content, problem, path, offset=start)
        diagnostics += found
        if act is not None:
            acts += [str(act)] * (1 if several is None else int(several.group(2)))
        if len(diagnostics) >= _MAX_FINDINGS:
            break
    return (None if diagnostics else acts), diagnostics


def bindings(action: Action, arguments: Sequence[str]) -> dict[str, str]:
    """What the parameters of an action stand for in one of its acts."""
    return {
        parameter.name: argument
        for parameter, argument in zip(action.parameters, arguments, strict=True)
        if not isinstance(parameter, Name)
    }

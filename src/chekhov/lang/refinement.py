"""What a world makes of the events that it includes: refinements, put together with what they refine, and omissions.

A refined event is guarded more strongly, and does more, than the declared one; who does and sees it, how long it takes
and how it is told may be another thing. The term is Event-B's (Abrial, *Modeling in Event-B*, 2010). Whoever comes
after :class:`Refiner` sees ordinary events only.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import Any

from chekhov.diagnostics import Diagnostic, Label, Span
from chekhov.lang.names import nearest
from chekhov.lang.nodes import Omission, Refinement
from chekhov.lang.template import Place
from chekhov.model import TIME_PASSES, TRUE, Action, And, Expression, Name, Parameter, Problem, Process, Trigger

_ADDED = ("precondition", "begin", "throughout", "effect", "broken")
_REPLACED = ("duration", "consenting", "observing", "observing_end", "telling", "telling_end", "telling_broken")
_KINDS: dict[type, str] = {Action: "action", Trigger: "trigger", Process: "process"}


class Refiner:
    """Adapts a problem. Findings go to ``diagnostics``; what cannot be done is left undone.

    ``tellings`` follow the texts of the refined events: they stand there under the places of the declared ones. Of what
    is ``broken`` nothing is said. ``refined`` are the places of refinements by that of the declaration.
    """

    def __init__(
        self,
        problem: Problem,
        diagnostics: list[Diagnostic],
        tellings: dict[tuple[str, int, str], Place],
        broken: Container[str],
    ) -> None:
        self.problem = problem
        self.diagnostics = diagnostics
        self.tellings = tellings
        self.broken = broken
        self.refined: dict[Span, list[Span]] = {}

    def adapted(self, refinements: Iterable[Refinement], omissions: Iterable[Omission]) -> Problem:
        """The problem with its events refined, in order, and without those that it does without."""
        problem = self.problem
        declared: list[Action | Trigger] = [*problem.actions, *problem.triggers]
        if all(action.name != TIME_PASSES for action in problem.actions):
            declared.append(Action(TIME_PASSES))
        made = list(declared)
        places: dict[tuple[str, str], Span | None] = {}
        for refinement in refinements:
            added = refinement.event
            places.setdefault((_KINDS[type(added)], added.name), added.span)
            number = self._refined_by(added, declared)
            if number is not None:
                made[number] = self._joined(made[number], added)
        left_out = {
            (one.kind, name.name) for one in omissions for name in one.names if self._is_omitted(one.kind, name, places)
        }
        count = len(problem.actions)
        return replace(
            problem,
            actions=tuple(
                one for one in made[:count] if isinstance(one, Action) and ("action", one.name) not in left_out
            ),
            triggers=tuple(one for one in made if isinstance(one, Trigger) and ("trigger", one.name) not in left_out),
            processes=tuple(one for one in problem.processes if ("process", one.name) not in left_out),
            passing=next((one for one in made[count:] if isinstance(one, Action) and one.span is not None), None),
        )

    def _say(
        self,
        code: str,
        title: str,
        span: Span | None,
        labels: Iterable[tuple[Span | None, str]] = (),
        help: str | None = None,
    ) -> None:
        shown = tuple(Label(where, text) for where, text in labels if where is not None)
        self.diagnostics.append(Diagnostic(code, title, span, "", shown, help))

    # -- what is refined

    def _refined_by(self, added: Action | Trigger, declared: Sequence[Action | Trigger]) -> int | None:
        """The number of the event that a refinement means: of its name, with its parameters or wider ones."""
        kind, name = _KINDS[type(added)], added.name
        named = [number for number, one in enumerate(declared) if type(one) is type(added) and one.name == name]
        alike = [number for number in named if _names(declared[number]) == _names(added)]
        fitting = [number for number in alike if self._misfit(declared[number], added) is None]
        if len(fitting) == 1:
            return fitting[0]
        shown = [(declared[number].span, "declared here") for number in (fitting or alike or named)]
        if fitting:
            self._say("E0206", f"this refines several {kind}s `{name}`", added.span, shown, "give it wider types")
        elif alike:
            self._say_misfit(declared[alike[0]], added)
        elif named:
            title = f"no {kind} `{name}` has the parameters ({', '.join(_names(added))})"
            self._say("E0210", title, added.span, shown, f"write `refine {kind} {_heading(declared[named[0]])}`")
        elif name not in self.broken:
            self._say("E0210", f"there is no {kind} `{name}` to refine", added.span, help=self._hint(kind, name))
        return None

    def _misfit(self, declared: Action | Trigger, added: Action | Trigger) -> tuple[Parameter | Name, ...] | None:
        """A declared parameter, and the one given for it, if that is neither the same nor narrower."""
        for one, other in zip(declared.parameters, added.parameters, strict=True):
            if type(one) is not type(other):
                return one, other
            if isinstance(one, Parameter) and isinstance(other, Parameter) and not self._is_within(other, one):
                return one, other
        return None

    def _say_misfit(self, declared: Action | Trigger, added: Action | Trigger) -> None:
        misfit = self._misfit(declared, added)
        assert misfit is not None
        one, other = misfit
        where = [(one.span, "declared here")]
        if not isinstance(one, Parameter):
            self._say("E0211", f"`{one.name}` is an entity here", other.span, where, f"write `{one.name}` alone")
        elif not isinstance(other, Parameter):
            help = f"write `{one.name} : {one.type}`, or a narrower type"
            self._say("E0211", f"`{one.name}` is a parameter here, and has a type", other.span, where, help)
        else:
            near = nearest(other.type, (type.name for type in self.problem.types))
            help = f"did you mean `{near}`?" if near else "a refinement keeps the type of a parameter, or narrows it"
            title = f"`{one.name}` is of type `{one.type}`, and `{other.type}` is not below it"
            self._say("E0211", title, other.span, where, help)

    def _is_within(self, one: Parameter, other: Parameter) -> bool:
        return other.type in self.problem.supertypes(one.type)

    # -- what comes of it

    def _joined(self, made: Action | Trigger, added: Action | Trigger) -> Action | Trigger:
        """An event, as it is declared or was made by other refinements, with what is added."""
        span = made.span or added.span  # the passing of time is declared nowhere
        assert span is not None
        assert added.span is not None
        parameters = tuple(map(self._narrower, made.parameters, added.parameters))
        changes: dict[str, Any] = {"parameters": parameters, "span": span}
        for part in _ADDED:
            if hasattr(added, part):
                changes[part] = _both(getattr(made, part), getattr(added, part))
        for part in _REPLACED:
            if getattr(added, part, None) not in (None, ()):
                changes[part] = getattr(added, part)
        for part in ("telling", "telling end", "telling broken"):
            place = self.tellings.get((added.span.path, added.span.start, part))
            if place is not None:
                self.tellings[span.path, span.start, part] = place
        self.refined.setdefault(span, []).append(added.span)
        return replace(made, **changes)

    def _narrower(self, made: Parameter | Name, added: Parameter | Name) -> Parameter | Name:
        """The one of two parameters that stands for less."""
        if not (isinstance(made, Parameter) and isinstance(added, Parameter)) or self._is_within(made, added):
            return made
        if not self._is_within(added, made):
            self._say(
                "E0211",
                f"two refinements narrow `{made.name}`, to `{made.type}` and to `{added.type}`",
                added.span,
                [(made.span, "the other one")],
                "of two types one lies below the other; the narrower one counts",
            )
        return added

    # -- what is left out

    def _is_omitted(self, kind: str, name: Name, refined: dict[tuple[str, str], Span | None]) -> bool:
        if (kind, name.name) in refined:
            title = f"the {kind} `{name.name}` is refined, and the world does without it"
            self._say("E0212", title, name.span, [(refined[kind, name.name], "refined here")])
        elif name.name in self._declared(kind):
            return True
        elif name.name not in self.broken:
            title = f"there is no {kind} `{name.name}` to do without"
            self._say("E0210", title, name.span, help=self._hint(kind, name.name))
        return False

    def _declared(self, kind: str) -> list[str]:
        problem = self.problem
        return [one.name for one in (*problem.events, *problem.processes) if _KINDS[type(one)] == kind]

    def _hint(self, kind: str, name: str) -> str | None:
        """What somebody may have meant by a name that no event of the kind has."""
        for other in _KINDS.values():
            if name in self._declared(other):
                return f"`{name}` is {'an' if other == 'action' else 'a'} {other}"
        timed = [TIME_PASSES] if kind == "action" and self.problem.is_timed else []
        near = nearest(name, [*self._declared(kind), *timed])
        return f"did you mean `{near}`?" if near else None


def _names(event: Action | Trigger) -> list[str]:
    return [parameter.name for parameter in event.parameters]


def _heading(event: Action | Trigger) -> str:
    shown = (f"{one.name} : {one.type}" if isinstance(one, Parameter) else one.name for one in event.parameters)
    return f"{event.name}({', '.join(shown)})"


def _both(one: Expression, other: Expression) -> Expression:
    """Both of two conditions or effects; :data:`TRUE` itself is one that is not given."""
    if one is TRUE or other is TRUE:
        return one if other is TRUE else other
    parts = [part for both in (one, other) for part in (both.parts if isinstance(both, And) else (both,))]
    return And(tuple(parts), span=other.span)

"""Story worlds in, motivated stories out.

The public API. A world is read from a file (:func:`read`) or built (:class:`Problem`), grounded (:func:`ground`),
opened (:class:`Kernel`), and asked for stories (:func:`plan`); :func:`validate` checks a story from the definitions.

Example
-------
>>> import chekhov
>>> problem = chekhov.parse('''
...     entity Tom : character;
...     property fed(who : character);
...     action eat(who : character) { effect: fed(who) = True; consenting: who; };
...     utility(Tom): if(fed(Tom)) 1 else 0;
...     ending full: fed(Tom);
... ''').problem
>>> kernel = chekhov.Kernel(chekhov.ground(problem))
>>> answer = chekhov.plan(kernel, chekhov.ending_goal(kernel.task, "full"))
>>> [act.act for act in answer.stories[0].acts], answer.proved_shortest
(['eat(Tom)'], True)
>>> chekhov.validate(problem, ["eat(Tom)"]).outcome
'valid'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chekhov.diagnostics import ChekhovError, Diagnostic, Source, Span
    from chekhov.explanation import why, whynot
    from chekhov.grounding import ground
    from chekhov.kernel import Kernel, Limits
    from chekhov.lang import check, parse, read
    from chekhov.model import Problem
    from chekhov.planning import condition_goal, ending_goal, plan, utility_goal
    from chekhov.task import Task
    from chekhov.validation import World, validate

# Loaded when first used, so that a program (the command line above all) pays for what it uses.
_HOMES = {
    "chekhov.diagnostics": ("ChekhovError", "Diagnostic", "Source", "Span"),
    "chekhov.explanation": ("why", "whynot"),
    "chekhov.grounding": ("ground",),
    "chekhov.kernel": ("Kernel", "Limits"),
    "chekhov.lang": ("check", "parse", "read"),
    "chekhov.model": ("Problem",),
    "chekhov.planning": ("condition_goal", "ending_goal", "plan", "utility_goal"),
    "chekhov.task": ("Task",),
    "chekhov.validation": ("World", "validate"),
}
__all__ = [
    "ChekhovError",
    "Diagnostic",
    "Kernel",
    "Limits",
    "Problem",
    "Source",
    "Span",
    "Task",
    "World",
    "check",
    "condition_goal",
    "ending_goal",
    "ground",
    "parse",
    "plan",
    "read",
    "utility_goal",
    "validate",
    "why",
    "whynot",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'chekhov' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]

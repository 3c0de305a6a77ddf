"""The language: text → problem → text.

>>> reading = parse("entity Tom : character; property alive(who : character) : boolean; alive(Tom);")
>>> reading.problem.entities[0].name
'Tom'

``read`` and ``parse`` give a :class:`Reading`: the problem, or none if there are errors, and all findings. ``check``
looks at a problem that a program built. ``parse_condition``, ``parse_demand``, ``parse_effect``, ``parse_ground`` and
``parse_plan`` read what people write on command lines and in plan files, checked against a world. ``format_problem``
and ``format_text`` print the normal form.
"""

from chekhov.lang.formatter import format_text
from chekhov.lang.phrases import (
    Act,
    parse_condition,
    parse_demand,
    parse_effect,
    parse_ground,
    parse_plan,
    parse_value,
)
from chekhov.lang.printer import format_demand, format_expression, format_problem
from chekhov.lang.reading import Reading, check, decode, parse, read

__all__ = [
    "Act",
    "Reading",
    "check",
    "decode",
    "format_demand",
    "format_expression",
    "format_problem",
    "format_text",
    "parse",
    "parse_condition",
    "parse_demand",
    "parse_effect",
    "parse_ground",
    "parse_plan",
    "parse_value",
    "read",
]

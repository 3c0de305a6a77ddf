"""The task: a grounded world, as the kernel takes it.

This is the seam between Python and Rust, and all of it. A task is flat and versioned; names, prose and types stay on
the Python side, which keeps them in :class:`Names` in the same order as the numbers here.

Values are JSON: ``null`` is ``?``, ``true``/``false``, a number, or ``["e", i]`` for the entity number i.

Expressions are JSON arrays with an operator in front. Negation does not occur: grounding pushes it to the comparisons.
Boolean fluents stand in comparisons only.

=====================================  =========================================================================
``["v", value]``                       a constant
``["f", [c, ...], fluent]``            the fluent, read through the path of characters (outermost first)
``["+", a, b]`` ``-`` ``*`` ``/``      arithmetic
``["if", cond, then, else]``           the value of ``then`` if ``cond`` holds, else that of ``else``
``["==", a, b]`` ``!= < <= > >=``      comparison
``["and", a, ...]`` ``["or", ...]``    with no operands: true, false
=====================================  =========================================================================

A task is an object::

    {"version": 1, "characters": k, "entities": number of entities,
     "fluents": [{"kind": "boolean" | "number" | "entity", "values": [value, ...], "bounds": [lo, hi] | null}, ...],
     "initial": {"nodes": [{"values": [value of each fluent], "beliefs": [node number for each character]}], "root": 0},
     "actions": [{"precondition": [[atom, ...], ...], "effects": [effect, ...], "consenting": [character, ...],
                  "observers": [expression for each character], "natural": true (only if it is)}, ...],
     "triggers": [{"precondition": [[atom, ...], ...], "effects": [effect, ...]}, ...],
     "utility": expression, "utilities": [expression for each character],
     "belief_depth": K | null}

``values`` of an entity fluent lists its type's entities (the kernel adds ``?`` itself); for numbers and booleans it is
empty.
The initial nodes are before any trigger has fired: the kernel brings them to rest. ``beliefs`` of a node that is what c
believes names itself for c. A natural action needs nobody's consent, and everybody counts on it. An effect is
``{"condition": expression, "path": [c, ...], "fluent": f, "value": expression}``. Characters are the entities 0..k-1.

An atom of a precondition (in disjunctive normal form: a list of clauses, each a list of atoms) is
``{"test": comparison expression, "revise": [revision, ...]}``. The revisions say what surprise does
(``docs/semantics.md``, section 4): a revision
``{"path": [c, ...], "fluent": f, "op": "==", "value": expression, "at": "source" | "belief"}`` is the value-level atom
``f op value``. It is false at the belief b if ``f`` read in b does not stand in relation ``op`` to the value, which is
read at the state where the action really happens ("source": nominal comparisons) or in b ("belief": numeric ones).
If false, ``==`` sets f to the value read at the source, any other operator sets f to ``?``.

===========================  ======================================================================================
``f == v`` (constant)        one revision ``f == v``, source
``f != v``                   one revision ``f != v``, source
``f == g`` (nominal)         ``g == g`` then ``f == g``, source
``f != g`` (nominal)         ``g == g`` then ``f != g``, source
``x < e`` (numeric)          ``x < e``, belief; and one for each numeric fluent of e that can be solved for
===========================  ======================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VERSION = 1


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of a task stand for, each list in the task's order."""

    characters: tuple[str, ...]
    entities: tuple[str, ...]
    fluents: tuple[str, ...]
    """As an author writes them: ``at(Tom)``."""
    actions: tuple[str, ...]
    """As a plan file writes them: ``walk(Tom, Home, Market)``."""
    triggers: tuple[str, ...]
    made: frozenset[int] = frozenset()
    """The fluents that no author has declared: what durations are compiled to. Nobody is told of them."""


@dataclass(frozen=True, slots=True)
class Task:
    """A grounded world: the kernel's input (``data``, as described above) and the names of its numbers."""

    data: dict[str, Any]
    names: Names

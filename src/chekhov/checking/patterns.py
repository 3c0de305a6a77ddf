"""Many ground acts or facts in a few words: ``walk(_, Market)`` for all that walk to the market.

A pattern has ``_`` for any argument. It is *exact* for some chosen instances if it matches no other instance that
there is: then it says neither too much nor too little.

Example
-------
>>> instances = ["go(Ann, Hall)", "go(Ann, Yard)", "go(Bob, Hall)", "go(Bob, Yard)"]
>>> [str(group) for group in grouped(["go(Ann, Hall)", "go(Ann, Yard)", "go(Bob, Yard)"], instances)]
['go(Ann, _)', 'go(_, Yard)']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

ANY = "_"
MOST = 3
"""So many patterns, at most, speak of one action or property; more are put together, at the cost of exactness."""
_MOST_ARGUMENTS = 9
"""With more arguments than that, only the least pattern that matches all is made."""


def parted(instance: str) -> tuple[str, tuple[str, ...]]:
    """Name and arguments of a ground act or fact.

    >>> parted("walk(Tom, Market)")
    ('walk', ('Tom', 'Market'))
    """
    name, _, rest = instance.removesuffix(")").partition("(")
    return name, tuple(rest.split(", ")) if rest else ()


def schema(instance: str) -> tuple[str, int]:
    """What an instance is one of: its name, and how many arguments it has."""
    name, arguments = parted(instance)
    return name, len(arguments)


@dataclass(frozen=True, slots=True)
class Group:
    """Instances of one action or property, under a pattern that matches them. ``exact``: and no others."""

    name: str
    pattern: tuple[str, ...]
    instances: tuple[str, ...]
    exact: bool

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.pattern)})"


def by_schema(instances: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """The instances by what they are instances of, in their order."""
    found: dict[tuple[str, int], list[str]] = {}
    for instance in instances:
        found.setdefault(schema(instance), []).append(instance)
    return found


def whole(instances: Sequence[str]) -> Group:
    """Instances of one schema under the least pattern that matches them all."""
    name, _ = parted(instances[0])
    arguments = [parted(instance)[1] for instance in instances]
    pattern = tuple(column[0] if len(set(column)) == 1 else ANY for column in zip(*arguments, strict=True))
    return Group(name, pattern, tuple(instances), False)


def grouped(chosen: Sequence[str], among: Sequence[str], most: int = MOST) -> list[Group]:
    """The chosen ones of some instances, under as few exact patterns as do, the most general first; of each schema
    that takes more than ``most``, all under one."""
    others = by_schema(among)
    found: list[Group] = []
    for kind, instances in by_schema(chosen).items():
        groups = list(_exact(instances, others.get(kind, instances)))
        found += groups if len(groups) <= most else [whole(instances)]
    return found


def _exact(chosen: Sequence[str], among: Sequence[str]) -> Iterator[Group]:
    """Exact patterns of one schema that match all chosen instances, the one that matches most first."""
    name, count = schema(chosen[0])
    if count > _MOST_ARGUMENTS:
        yield whole(chosen)
        return
    there = Counter(pattern for instance in among for pattern in _patterns(parted(instance)[1]))
    matching: dict[tuple[str, ...], list[str]] = {}
    for instance in chosen:
        for pattern in _patterns(parted(instance)[1]):
            matching.setdefault(pattern, []).append(instance)
    exact = {tuple(members) for pattern, members in matching.items() if len(members) == there[pattern]}
    order = {instance: number for number, instance in enumerate(chosen)}
    left = dict.fromkeys(chosen)
    for members in sorted(exact, key=lambda members: (-len(members), order[members[0]])):
        if any(member in left for member in members):
            for member in members:
                left.pop(member, None)
            yield Group(name, whole(members).pattern, members, True)


def _patterns(arguments: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All patterns that match these arguments."""
    return product(*((argument, ANY) for argument in arguments))

"""The nearest name: what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that takes the fewest changes (insert, delete, exchange, swap neighbours), if they are few.

    At most a third of the letters may differ; of equally near names the first in alphabetical order is given.
    """
    if len(word) > 60:
        return None
    limit = max(1, len(word) // 3) if len(word) > 2 else 0
    best: tuple[int, str] | None = None
    for name in sorted(set(known)):
        if abs(len(name) - len(word)) > limit or name == word:
            continue
        if name.lower() == word.lower():
            return name
        distance = _distance(word, name, limit)
        if distance <= limit and (best is None or distance < best[0]):
            best = distance, name
            limit = distance
    return None if best is None else best[1]


def _distance(a: str, b: str, limit: int) -> int:
    """Edit distance (optimal string alignment), or more than ``limit`` as soon as it is known to be."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > limit:
            return limit + 1
        before, row = row, new
    return row[-1]

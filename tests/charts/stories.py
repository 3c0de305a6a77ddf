"""The project's own worlds and chapters, told for pictures.

To read and open one can take seconds, so it is kept. Each is there twice, for what must not differ between two of them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from chekhov import lang, manuscript
from chekhov.charts.chronicle import Told, told, written

WORLDS = Path(__file__).resolve().parents[2] / "worlds"


@lru_cache(maxsize=8)
def chapter(name: str, copy: int = 0) -> Told:
    """The story of ``worlds/NAME.md``."""
    read = manuscript.read(WORLDS / f"{name}.md").manuscript
    assert read is not None
    return written(read)


@lru_cache(maxsize=4)
def acted(name: str, *acts: str, copy: int = 0) -> Told:
    """The story of some acts in ``worlds/NAME.story``."""
    problem = lang.read(WORLDS / f"{name}.story").problem
    assert problem is not None
    return told(problem, acts)

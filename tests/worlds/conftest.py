"""What the tests of worlds have in common."""

from __future__ import annotations

from functools import lru_cache

import pytest

from chekhov import validation
from chekhov.model import Problem
from chekhov.validation.interpreter import Interpreter


@pytest.fixture(autouse=True)
def _opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator takes seconds to ground a large world, and what it finds depends on the world alone: so one that
    it has just been asked about stays open."""
    monkeypatch.setattr(validation, "Interpreter", _opened)


@lru_cache(maxsize=2)
def _opened(problem: Problem) -> Interpreter:
    return Interpreter(problem)

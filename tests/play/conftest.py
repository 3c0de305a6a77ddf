"""What the tests of play have in common."""

from __future__ import annotations

import pytest

from chekhov.play import ensemble


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A director who gives nothing up because of the clock: where much else runs, the time is soon over."""
    monkeypatch.setattr(ensemble, "_GIVEN_UP", 600.0)

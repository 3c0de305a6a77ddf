"""A few thousand random mutations of worlds; ``benchmarks/fuzz_language.py`` runs as many as one likes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz_language.py"
_spec = importlib.util.spec_from_file_location("fuzz_language", _PATH)
assert _spec is not None
assert _spec.loader is not None
fuzz_language = importlib.util.module_from_spec(_spec)
sys.modules["fuzz_language"] = fuzz_language
_spec.loader.exec_module(fuzz_language)


def test_mutants_neither_crash_nor_hang() -> None:
    counts = fuzz_language.campaign(fuzz_language.corpus(), 20, range(2000))
    assert counts["failed"] == 0
    assert counts["valid"] > 50, "too little is right to test what happens then"
    assert counts["errors"] > 1000

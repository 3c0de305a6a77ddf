"""The kernel and the naive evaluator agree on random worlds; a kernel with a planted fault does not.

``benchmarks/agreement.py`` compares more worlds than there is time for here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from naive.agreement import DisagreementError, compare
from random_worlds import random_timed_world, random_world

ROOT = Path(__file__).resolve().parent.parent
WORLDS = 1_000
TIMED_WORLDS = 200
CHUNK = 50
ONCE_DIFFERENT = [2200, 4451, 5896, 8333, 8439]
"""Seeds, none of them among the first worlds, on which they once did not agree: a perception in which two things are
wrong."""
FAULTS = ["deaf_minds", "first_clause_only", "inertia", "minimality", "no_surprise", "short_budget", "trigger_order"]
FAULT_WORLDS = 1_000
"""Within so many worlds each planted fault has to show."""


@pytest.mark.parametrize("start", range(0, WORLDS, CHUNK))
def test_kernel_agrees_with_the_naive_evaluator(start: int) -> None:
    for seed in range(start, start + CHUNK):
        try:
            # Now and then without evaluating anything away, so that it is clear which of the two is wrong.
            compare(random_world(seed), seed, simplify=seed % 5 != 0)
        except DisagreementError as error:
            pytest.fail(f"world {seed}: {error}")


@pytest.mark.parametrize("seed", ONCE_DIFFERENT)
def test_they_agree_where_they_once_did_not(seed: int) -> None:
    compare(random_world(seed), seed)


@pytest.mark.parametrize("start", range(0, TIMED_WORLDS, CHUNK))
def test_they_agree_where_acts_take_time(start: int) -> None:
    for seed in range(start, start + CHUNK):
        try:
            compare(random_timed_world(seed), seed, simplify=seed % 5 != 0)
        except DisagreementError as error:
            pytest.fail(f"world {seed}: {error}")


@pytest.fixture(scope="module")
def faulty_kernel() -> Path:
    """A kernel that can be told to have a fault."""
    if shutil.which("cargo") is None:
        pytest.skip("needs cargo to build a kernel with faults")
    target = ROOT / "target" / "faults"
    quick = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "--locked", "--package", "chekhov-kernel-py"]
        + ["--features", "faults", "--target-dir", str(target)],
        cwd=ROOT,
        env={**os.environ, **quick},
        check=True,
    )
    return target / "release" / "lib_kernel.so"


@pytest.mark.slow
@pytest.mark.skipif("CHEKHOV_FAULTS" not in os.environ, reason="builds a kernel with faults in it: make faults")
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_a_planted_fault_is_caught(faulty_kernel: Path, fault: str | None) -> None:
    """The same comparison finds nothing in that kernel without a fault, and something with each, be it a crash."""
    count = 50 if fault is None else FAULT_WORLDS
    arguments = ["--kernel", str(faulty_kernel), "--count", str(count), "--first"]
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "agreement.py", *arguments, *(["--fault", fault] if fault else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == (fault is None), done.stdout + done.stderr


def test_every_fault_of_the_kernel_is_planted_here() -> None:
    source = (ROOT / "crates" / "kernel" / "src" / "lib.rs").read_text(encoding="utf-8")
    declared = source.partition("pub const FAULTS: &[&str] = &[")[2].partition("]")[0]
    assert sorted(name.strip().strip('"') for name in declared.split(",") if name.strip()) == FAULTS

"""Compares the kernel with the naive evaluator of the tests on random worlds, and says where they differ.

    python benchmarks/agreement.py [--findings | --timed] [--count 10000] [--start 0] [--first]
                                   [--kernel PATH] [--fault NAME]

Exit code 0 if they agree on every world, 1 if not. ``--timed`` takes worlds in which acts take time. ``--findings``
compares what a check finds instead of what happens and why. Worlds that are too large for it are left out and counted.
``--first`` stops at the first difference. ``--kernel`` is another build of the kernel to compare, such as one with
``--features faults``, and ``--fault`` one of the faults that such a build can have (without ``--findings``).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def use_kernel(path: Path) -> None:
    """Lets the compiled module at the path stand for the installed one."""
    spec = importlib.util.spec_from_file_location("chekhov._kernel", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is not a compiled module")
    import chekhov

    module = importlib.util.module_from_spec(spec)
    sys.modules["chekhov._kernel"] = module
    spec.loader.exec_module(module)
    chekhov._kernel = module


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the kernel with the naive evaluator on random worlds.")
    parser.add_argument("--count", type=int, default=10_000, help="how many worlds (default: %(default)s)")
    parser.add_argument("--start", type=int, default=0, help="the seed of the first (default: %(default)s)")
    parser.add_argument("--findings", action="store_true", help="compare what a check finds")
    parser.add_argument("--timed", action="store_true", help="worlds in which acts take time")
    parser.add_argument("--first", action="store_true", help="stop at the first difference")
    parser.add_argument("--kernel", type=Path, help="another build of the compiled module")
    parser.add_argument("--fault", default="", help="a fault that build is to have")
    asked = parser.parse_args()
    if asked.kernel is not None:
        use_kernel(asked.kernel)
    sys.path.insert(0, str(ROOT / "tests"))
    from naive.agreement import DisagreementError, compare
    from naive.findings_agreement import compare_findings
    from random_worlds import random_story_world, random_timed_world, random_world

    began = time.monotonic()
    differences = 0
    compared = 0
    left_out = 0
    for seed in range(asked.start, asked.start + asked.count):
        compared += 1
        try:
            if asked.findings:
                left_out += not compare_findings(random_story_world(seed), seed, simplify=seed % 2 == 0)
            else:
                make = random_timed_world if asked.timed else random_world
                left_out += not compare(make(seed), seed, simplify=seed % 5 != 0, fault=asked.fault)
        except DisagreementError as error:
            differences += 1
            print(f"world {seed}: {error}", flush=True)
            if asked.first:
                break
        if compared % 500 == 0:
            print(f"{compared} worlds, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    print(f"{compared - left_out} worlds compared in {seconds:.0f} s: {differences} with a difference")
    if left_out:
        print(f"{left_out} left out")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

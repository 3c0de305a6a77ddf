"""Graphs that are written to a file while they grow: whatever ends a run, the next one comes to the same."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from random_worlds import random_world

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.graph import Graph
from chekhov.grounding import ground
from chekhov.grounding.formulas import Formula
from chekhov.kernel import Kernel, Limits, Progress

TOWN = """
type place;
entity Home : place; entity Market : place; entity Bridge : place;
entity Tom : character; entity Ann : character;
property at(who : character) : place;
property hungry(who : character) : boolean;
property seen() : number 0..3;
at(Tom) = Home; at(Ann) = Market; hungry(Tom);
action walk(who : character, from : place, to : place) {
    precondition: at(who) == from & from != to;
    effect: at(who) = to;
    consenting: who;
};
action eat(who : character) {
    precondition: at(who) == Market & hungry(who);
    effect: !hungry(who);
    consenting: who;
};
action wait() { effect: hungry(Ann); };
trigger meet() { precondition: at(Tom) == at(Ann) & seen() == 0; effect: seen() = 1; };
utility(Tom): if(hungry(Tom)) 0 else 1;
utility(Ann): if(hungry(Ann)) 0 else 1;
"""

COUNTERS = "".join(
    f"property {name}() : number 0..{most}; action add_{name}() {{ effect: {name}() = {name}() + 1; }};"
    for name, most in (("a", 70), ("b", 60), ("c", 20))
)
"""Ninety thousand moments."""

GROW = """
import hashlib, json, sys
from chekhov import lang
from chekhov.grounding import ground
from chekhov.kernel import Kernel

problem = lang.parse(sys.argv[1]).problem
graph = Kernel(ground(problem), threads=int(sys.argv[3])).graph(physical=True, checkpoint=sys.argv[2], resume=True)
acts = hashlib.sha256()
for moment in graph.all:
    acts.update(repr(graph.acts_from(moment)).encode())
print(json.dumps([graph.states_by_depth, graph.transitions, graph.complete, acts.hexdigest()]))
"""


LIMITS = Limits(reason_acts=3, belief_depth=2)


def opened(source: str = TOWN, threads: int = 1) -> Kernel:
    problem = lang.parse(source).problem
    assert problem is not None
    return Kernel(ground(problem), threads=threads)


def extent(graph: Graph) -> tuple[Any, ...]:
    return graph.states_by_depth, graph.complete, graph.limit, graph.transitions, graph.reasons_cut, graph.fired()


def told(graph: Graph) -> tuple[Any, ...]:
    """Everything about a graph but times and bytes."""
    return (*extent(graph), [graph.acts_from(moment) for moment in graph.all])


def code(ask: Callable[[], object]) -> str:
    with pytest.raises(ChekhovError) as caught:
        ask()
    (found,) = caught.value.diagnostics
    return found.code


@pytest.mark.parametrize("physical", [True, False])
def test_a_file_cut_off_anywhere(tmp_path: Path, physical: bool) -> None:
    path = tmp_path / "graph"
    expected = told(opened().graph(physical=physical, limits=LIMITS, checkpoint=path))
    whole = path.read_bytes()
    assert expected[1]
    assert len(whole) > 150
    for length in range(0, len(whole) + 1, 4 if physical else 1):
        path.write_bytes(whole[:length])
        assert told(opened().graph(physical=physical, limits=LIMITS, checkpoint=path, resume=True)) == expected, length
        assert path.read_bytes() == whole, length


def test_a_file_damaged_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    expected = told(opened().graph(limits=LIMITS, checkpoint=path))
    whole = path.read_bytes()
    random = Random(1)
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random.randrange(8)
        path.write_bytes(flipped)
        if place < 40:  # It may be anything then, and is not touched.
            assert code(lambda: opened().graph(limits=LIMITS, checkpoint=path, resume=True)) == "E0521"
            assert path.read_bytes() == flipped
        else:
            assert told(opened().graph(limits=LIMITS, checkpoint=path, resume=True)) == expected, place


def test_random_worlds(tmp_path: Path) -> None:
    resumed = 0
    for seed in range(60):
        task, random = ground(random_world(seed)), Random(seed)
        limits = Limits(reason_acts=2, belief_depth=1)
        physical = random.random() < 0.5
        path = tmp_path / str(seed)
        try:
            expected = told(Kernel(task, threads=1).graph(physical=physical, limits=limits, depth=3))
        except ChekhovError:
            continue
        for depth in sorted(random.sample(range(4), 2)):
            Kernel(task, threads=2).graph(
                physical=physical, limits=limits, depth=depth, checkpoint=path, resume=path.exists()
            )
        graph = Kernel(task, threads=2).graph(physical=physical, limits=limits, depth=3, checkpoint=path, resume=True)
        assert told(graph) == expected, seed
        resumed += 1
    assert resumed > 40


def test_killed_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    grow = [sys.executable, "-c", GROW, COUNTERS]
    begun = time.monotonic()
    expected = subprocess.run([*grow, str(tmp_path / "other"), "1"], capture_output=True, check=True).stdout
    took = time.monotonic() - begun
    random = Random(2)
    killed, sizes = 0, set()
    while True:
        run = subprocess.Popen([*grow, str(path), "2"], stdout=subprocess.PIPE)
        try:
            # Later and later, for it to come to an end.
            out, _ = run.communicate(timeout=took * random.uniform(0.05, 0.3) * (1 + killed / 3))
            break
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.communicate()
            killed += 1
            sizes.add(path.stat().st_size if path.exists() else 0)
    assert out == expected
    assert killed > 2
    assert len(sizes) > 1


def test_interrupted_within_a_level(tmp_path: Path) -> None:
    """What was found of a level when a run was stopped is kept, though the graph does not show it."""
    path = tmp_path / "graph"
    task = opened(COUNTERS.replace("..20", "..200")).task
    known = 0
    sizes = [0]
    while True:
        seen: list[Progress] = []

        def interrupt(progress: Progress, known: int = known, seen: list[Progress] = seen) -> None:
            if progress.states > known and not seen:  # It is past what the file holds; a second one gives up on it.
                seen.append(progress)
                raise KeyboardInterrupt

        graph = Kernel(task, threads=2).graph(physical=True, checkpoint=path, resume=True, report=interrupt)
        if graph.complete:
            break
        assert graph.limit == "interrupted"
        assert list(graph.unexplored) == list(range(graph.states_by_depth[-2], graph.states_by_depth[-1]))
        sizes.append(path.stat().st_size)
        assert sizes[-1] > sizes[-2]
        known = graph.states_by_depth[-1] + 5_000
    assert len(sizes) > 2
    whole = Kernel(task, threads=1).graph(physical=True)
    assert extent(graph) == extent(whole)
    assert all(graph.acts_from(moment) == whole.acts_from(moment) for moment in range(0, len(graph.all), 97))


def test_depth_may_change(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    opened().graph(physical=True, depth=2, checkpoint=path)
    deeper = opened().graph(physical=True, depth=5, checkpoint=path, resume=True)
    assert told(deeper) == told(opened().graph(physical=True, depth=5))
    before = path.read_bytes()
    for depth in (0, 1, 3, 5):
        graph = opened().graph(physical=True, depth=depth, checkpoint=path, resume=True)
        assert told(graph) == told(opened().graph(physical=True, depth=depth))
        assert path.read_bytes() == before


def test_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    stop: Formula = ("==", ("v", 1), ("v", 2))
    opened().graph(limits=LIMITS, checkpoint=path)
    before = path.read_bytes()

    def resume(source: str = TOWN, limits: Limits = LIMITS, **options: Any) -> Graph:
        return opened(source).graph(limits=limits, checkpoint=path, **{"resume": True, **options})

    assert code(lambda: resume(resume=False)) == "E0521"
    assert code(lambda: resume(TOWN.replace("hungry(Tom);", ""))) == "E0521"
    assert code(lambda: resume(physical=True)) == "E0521"
    assert code(lambda: resume(limits=Limits(reason_acts=2))) == "E0521"
    assert code(lambda: resume(limits=Limits(belief_depth=1))) == "E0521"
    assert code(lambda: resume(stop=stop)) == "E0521"
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert code(resume) == "E0521"
    assert path.read_bytes() == before
    assert resume().complete
    path.write_text("The deed of a house.")
    assert code(resume) == "E0521"
    assert code(lambda: resume(resume=False)) == "E0521"
    assert path.read_text() == "The deed of a house."


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    assert code(lambda: opened().graph(checkpoint=tmp_path)) == "E0522"
    assert code(lambda: opened().graph(checkpoint=tmp_path / "no" / "graph", resume=True)) == "E0522"


def test_a_full_disk(tmp_path: Path) -> None:
    """Files of this process may not grow beyond a limit: that is an error, and then it can go on."""
    path, other = tmp_path / "graph", tmp_path / "other"
    grow = [sys.executable, "-c", GROW, COUNTERS]
    expected = subprocess.run([*grow, str(other), "2"], capture_output=True, check=True).stdout
    most = other.stat().st_size // 2
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n{GROW}"
    failing = [sys.executable, "-c", limited, COUNTERS, str(path), "2"]
    run = subprocess.run(failing, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "E0522: the checkpoint fails: File too large" in run.stderr
    assert most // 2 < path.stat().st_size <= most
    assert subprocess.run([*grow, str(path), "2"], capture_output=True, check=True).stdout == expected

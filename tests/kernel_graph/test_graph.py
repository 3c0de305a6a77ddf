"""The kernel's graph, on small worlds with known answers, and against a graph walked in plain Python on random ones."""

from __future__ import annotations

import pathlib
from collections import Counter
from contextlib import suppress
from math import sqrt
from random import Random

import pytest
from kernel_graph.plain import PlainEvent, PlainGraph
from random_worlds import random_world

from chekhov import _kernel, lang
from chekhov.diagnostics import ChekhovError
from chekhov.graph import (
    ActCount,
    Crossing,
    Event,
    Graph,
    Misled,
    Path,
    PlayCount,
    ReasonCount,
    Trap,
    ValueCount,
)
from chekhov.grounding import ground
from chekhov.grounding.formulas import Formula
from chekhov.kernel import Kernel, Limits, Progress
from chekhov.validation.interpreter import NoMomentError

WORLDS = 150
DEPTH = 4

DOORS = """
type room;
entity Cell : room;
entity Hall : room;
entity Yard : room;
entity Tom : character;
property at(who : character) : room;
property open(where : room) : boolean;

at(Tom) = Cell;

action unlock(who : character) {
    precondition: at(who) == Cell & !open(Cell);
    effect: open(Cell);
    consenting: who;
};

action leave(who : character, from : room, to : room) {
    precondition: at(who) == from & open(from) & from != to;
    effect: at(who) = to;
    consenting: who;
};

action slam() {
    precondition: open(Cell) & at(Tom) == Hall;
    effect: !open(Cell);
};
"""


def opened(source: str, threads: int = 1, memory: int | None = None) -> Kernel:
    reading = lang.parse(source)
    assert reading.problem is not None, reading.diagnostics
    return Kernel(ground(reading.problem), threads=threads, memory=memory)


def number(kernel: Kernel, act: str) -> int:
    found = kernel.task.action_number(act)
    assert found is not None
    return found


def condition(kernel: Kernel, text: str) -> Formula:
    reading = lang.parse(f"{DOORS} ending it: {text};")
    assert reading.problem is not None, reading.diagnostics
    return kernel.task.condition(reading.problem.endings[0].condition)


# ---------------------------------------------------------------------------------------------------------------------
# A world with known answers: 0 in the cell; 1 it is unlocked; 2 in the hall; 3 in the yard; 4 in the hall, door slammed


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return opened(DOORS)


@pytest.fixture(scope="module")
def graph(kernel: Kernel) -> Graph:
    return kernel.graph(physical=True)


def test_extent(graph: Graph) -> None:
    assert graph.states_by_depth == (1, 2, 4, 5)
    assert (graph.complete, graph.limit, graph.transitions, graph.reasons_cut) == (True, None, 4, False)
    assert graph.seconds >= 0
    assert graph.bytes == sum(graph.memory.values()) > 0
    assert min(graph.memory.values()) >= 0


def test_sets_of_moments(graph: Graph) -> None:
    assert list(graph.all) == [0, 1, 2, 3, 4]
    assert len(graph.all) == 5
    assert graph.all
    some, others = graph.moments([3, 1, 1]), graph.moments([1, 4])
    assert list(some) == [1, 3]
    assert 3 in some
    assert 2 not in some
    assert 77 not in some
    assert list(some & others) == [1]
    assert list(some | others) == [1, 3, 4]
    assert list(some - others) == [3]
    assert not (some & graph.moments([]))
    assert some == graph.moments([1, 3])
    assert hash(some) == hash(graph.moments([1, 3]))
    assert some != others
    assert repr(some) == "<2 of 5 moments>"


def test_moments_that_do_not_exist(graph: Graph) -> None:
    for ask in (graph.story, graph.world, graph.acts_from, lambda moment: graph.moments([moment])):
        with pytest.raises(IndexError):
            ask(5)


def test_moments_of_another_graph(kernel: Kernel, graph: Graph) -> None:
    other = kernel.graph(physical=True, depth=1).all
    for ask in (
        lambda: graph.all & other,
        lambda: graph.reach(other),
        lambda: graph.can_reach(Event(other)),
        lambda: graph.path(graph.all, Event(graph.all, {0: other})),
        lambda: graph.crossings(graph.all, other),
    ):
        with pytest.raises(ValueError, match="another graph"):
            ask()


def test_which_moments(kernel: Kernel, graph: Graph) -> None:
    assert list(graph.start) == [0]
    assert list(graph.final) == [3, 4]
    assert list(graph.unexplored) == []
    assert list(graph.where(condition(kernel, "at(Tom) == Hall"))) == [2, 4]
    assert list(graph.taken(number(kernel, "leave(Tom, Cell, Yard)"))) == [1]


def test_what_can_follow(graph: Graph) -> None:
    assert list(graph.reach(graph.moments([2]))) == [2, 4]
    assert list(graph.reach(graph.start, Event(graph.moments([2])))) == [0, 1, 3]
    assert list(graph.can_reach(Event(graph.moments([4])))) == [0, 1, 2, 4]
    assert list(graph.can_reach(Event(graph.moments([4])), Event(graph.moments([2])))) == [2, 4]


def test_events_of_acts(kernel: Kernel, graph: Graph) -> None:
    none = graph.moments([])
    left = Event(none, {number(kernel, "leave(Tom, Cell, Hall)"): graph.all})
    assert list(graph.can_reach(left)) == [0, 1]
    assert list(graph.reach(graph.start, left)) == [0, 1, 3]
    assert graph.path(graph.start, left) == Path(0, (number(kernel, "unlock(Tom)"), *left.acts), 2)


def test_paths(kernel: Kernel, graph: Graph) -> None:
    slam = number(kernel, "slam()")
    hall = number(kernel, "leave(Tom, Cell, Hall)")
    assert graph.path(graph.moments([1, 2]), Event(graph.moments([4]))) == Path(2, (slam,), 4)
    assert graph.path(graph.moments([0, 1]), Event(graph.moments([4]))) == Path(1, (hall, slam), 4)
    assert graph.path(graph.moments([3]), Event(graph.moments([4]))) is None
    assert graph.path(graph.all, Event(graph.moments([2, 4]))) == Path(2, (), 2)


def test_single_moments(kernel: Kernel, graph: Graph) -> None:
    assert graph.story(0) == ()
    assert graph.story(4) == tuple(number(kernel, act) for act in ("unlock(Tom)", "leave(Tom, Cell, Hall)", "slam()"))
    assert graph.acts_from(2) == ((number(kernel, "slam()"), 4),)
    assert graph.acts_from(4) == ()
    assert kernel.values(graph.world(4)) == kernel.values(
        kernel.step(kernel.step(kernel.step(kernel.initial(), graph.story(4)[0]), graph.story(4)[1]), graph.story(4)[2])
    )


def test_counts(kernel: Kernel, graph: Graph) -> None:
    assert graph.acts() == [ActCount(1, 1)] * 4
    assert graph.crossings(graph.all, graph.final) == [
        Crossing(number(kernel, "leave(Tom, Cell, Yard)"), 1, 1, 3),
        Crossing(number(kernel, "slam()"), 1, 2, 4),
    ]
    values = dict(zip(kernel.task.names.fluents, graph.values(), strict=True))
    entity = {name: ("e", number) for number, name in enumerate(kernel.task.names.entities)}
    assert values["open(Cell)"] == [ValueCount(False, 2, 0), ValueCount(True, 3, 1)]
    assert values["at(Tom)"] == [
        ValueCount(entity["Cell"], 2, 0),
        ValueCount(entity["Hall"], 2, 2),
        ValueCount(entity["Yard"], 1, 3),
    ]


MARKET = """
type place;
entity Home : place; entity Market : place;
entity Tom : character; entity Ann : character;
property at(who : character) : place;
property shop(where : place) : boolean;
property fed(who : character) : boolean;
property owner(where : place) : character;

at(Tom) = Home; at(Ann) = Market; shop(Market); owner(Market) = Ann;
believes(Tom, owner(Market) = ?);

action walk(who : character, from : place, to : place) {
    precondition: at(who) == from & from != to;
    effect: at(who) = to;
    consenting: who;
};

action buy() {
    precondition: at(Tom) == Market & shop(Market);
    effect: fed(Tom);
    consenting: Tom;
};

action close() {
    precondition: shop(Market);
    effect: !shop(Market) & owner(Market) = Tom & believes(Tom, owner(Market) = ?);
    observing(c : character): at(c) == Market;
};

utility(Tom): if(fed(Tom)) 1 else 0;
"""


def test_who_is_misled_and_what_they_believe() -> None:
    """If the shop closes while Tom is at home, he goes for nothing."""
    kernel = opened(MARKET)
    graph = kernel.graph()
    names = kernel.task.names
    tom, ann = names.characters.index("Tom"), names.characters.index("Ann")
    fluents = {name: number for number, name in enumerate(names.fluents)}
    walk, close = number(kernel, "walk(Tom, Home, Market)"), number(kernel, "close()")
    (misled,) = graph.misled()
    assert (misled.character, misled.action, misled.moments) == (tom, walk, 1)
    assert graph.story(misled.first) == (close,)
    # Wrong at home after it was closed, and after going there from then on.
    shop, owner = fluents["shop(Market)"], fluents["owner(Market)"]
    beliefs = graph.beliefs()
    assert (beliefs[tom][shop].wrong, beliefs[tom][shop].first_wrong) == (2, misled.first)
    assert (beliefs[ann][shop].wrong, beliefs[ann][shop].first_wrong) == (0, None)
    assert (beliefs[tom][owner].unknown, beliefs[tom][owner].first_unknown) == (len(graph.all), 0)
    assert beliefs[tom][owner].right == ()
    assert [count.value for count in beliefs[ann][owner].right] == [("e", ann), ("e", tom)]
    assert kernel.graph(limits=Limits(reason_acts=1)).misled() == []


def test_traps() -> None:
    """Once the door is shut, one can only turn around; in the yard one can rest for ever."""
    kernel = opened(
        """
        property out() : boolean; property yard() : boolean; property left() : boolean; property mad() : boolean;
        action go() { precondition: !out() & !yard(); effect: out(); };
        action come() { precondition: !out() & !yard(); effect: yard(); };
        action back() { precondition: !out() & !yard() & !mad(); effect: mad(); };
        action turn() { precondition: out() & !left(); effect: left(); };
        action turn_again() { precondition: out() & left(); effect: !left(); };
        action rest() { precondition: yard() & !mad(); effect: yard(); };
        """
    )
    graph = kernel.graph(physical=True)
    assert graph.complete
    go, come, back = (number(kernel, act) for act in ("go()", "come()", "back()"))
    traps = graph.traps()
    assert [(graph.story(trap.first), len(trap.moments)) for trap in traps] == [
        ((go,), 2),
        ((come,), 1),
        ((back, go), 2),
    ]
    assert all(trap.first == min(trap.moments) for trap in traps)
    assert [graph.story(moment) for moment in graph.final] == [(back, come)]
    assert kernel.graph(physical=True, depth=2).traps() == [
        Trap(graph_part.moments([2]), 2) for graph_part in [kernel.graph(physical=True, depth=2)]
    ]


def test_random_play(graph: Graph) -> None:
    """Of two acts in the unlocked cell, one leads to the yard."""
    yard = graph.moments([3])
    played = graph.play([graph.moments([]), yard], 10_000, 1, 100)
    assert played.games == played.stops[1] + played.dead_ends == 10_000
    assert abs(played.stops[1] - 5_000) < 250
    assert played == graph.play([graph.moments([]), yard], 10_000, 1, 100)
    assert played != graph.play([graph.moments([]), yard], 10_000, 2, 100)
    assert graph.play([yard, yard | graph.start], 10, 1, 100) == PlayCount(10, (0, 10), 0, 0)


def test_only_acts_with_reasons(kernel: Kernel) -> None:
    graph = kernel.graph()
    assert graph.states_by_depth == (1,)
    assert [(count.possible, count.taken) for count in graph.acts()].count((1, 0)) == 1
    assert list(graph.final) == [0]


def test_moments_that_are_not_left(kernel: Kernel) -> None:
    graph = kernel.graph(physical=True, stop=condition(kernel, "at(Tom) == Hall"))
    assert graph.states_by_depth == (1, 2, 4)
    assert list(graph.final) == [2, 3]
    assert graph.complete


def test_depth(kernel: Kernel) -> None:
    graph = kernel.graph(physical=True, depth=2)
    assert graph.states_by_depth == (1, 2, 4)
    assert (graph.complete, graph.limit) == (False, "depth")
    assert list(graph.unexplored) == [2, 3]
    assert list(graph.final) == []
    assert graph.acts_from(2) == ()
    assert list(kernel.graph(physical=True, depth=0).unexplored) == [0]


def test_triggers_that_fire() -> None:
    kernel = opened(
        DOORS
        + """
        property alarm() : boolean; property calm() : boolean; property heard(who : character) : boolean;
        trigger begin() { precondition: !calm(); effect: calm(); };
        trigger ring() { precondition: open(Cell) & !alarm(); effect: alarm(); };
        trigger hear(who : character) {
            precondition: alarm() & believes(who, !heard(who));
            effect: believes(who, heard(who));
        };
        trigger never() { precondition: at(Tom) == Yard & at(Tom) == Hall; effect: alarm(); };
        trigger nowhere() { precondition: alarm() & !open(Cell) & at(Tom) == Cell; effect: !alarm(); };
        """
    )
    graph = kernel.graph(physical=True)
    fired = dict(zip(kernel.task.names.triggers, graph.fired(), strict=True))
    assert fired.pop("begin()") == (1, 0)
    assert fired.pop("ring()") == (1, 1)
    assert fired.pop("nowhere()", (0, None)) == (0, None)
    assert fired == {"hear(Tom)": (1, 1)}


def test_no_next_moment_is_an_error_with_its_story() -> None:
    kernel = opened(
        DOORS
        + """
        property lamp() : boolean;
        trigger up() { precondition: at(Tom) == Yard & !lamp(); effect: lamp(); };
        trigger down() { precondition: at(Tom) == Yard & lamp(); effect: !lamp(); };
        """,
        threads=2,
    )
    for ask in (kernel.graph, kernel.explore):
        with pytest.raises(ChekhovError, match=r"after unlock\(Tom\), leave\(Tom, Cell, Yard\)"):
            ask(physical=True)


# ---------------------------------------------------------------------------------------------------------------------
# Limits

COUNTER = """
entity Tom : character; entity Ann : character;
property count(who : character) : number;
action add(who : character) { effect: count(who) = count(who) + 1; consenting: who; };
"""


def test_interrupted_graphs_hold_what_was_found() -> None:
    seen: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        if progress.depth > 3 and not seen:  # a second one gives up on it
            seen.append(progress)
            raise KeyboardInterrupt

    graph = opened(COUNTER).graph(physical=True, report=interrupt)
    assert (graph.limit, graph.complete) == ("interrupted", False)
    levels = graph.states_by_depth
    assert all(count == (depth + 1) * (depth + 2) // 2 for depth, count in enumerate(levels))
    assert list(graph.unexplored) == list(range(levels[-2], levels[-1]))
    assert graph.transitions == 2 * levels[-2]


def test_time_and_memory_are_limits() -> None:
    graph = opened(COUNTER, threads=2).graph(physical=True, seconds=0.3)
    assert graph.limit == "time"
    assert graph.transitions == 2 * graph.states_by_depth[-2]
    graph = opened(COUNTER, threads=2, memory=100_000_000).graph(physical=True, depth=3_000)
    assert graph.limit == "memory"
    assert graph.bytes < 250_000_000  # Caches grow by leaps.
    assert graph.transitions == 2 * graph.states_by_depth[-2]


def test_worlds_are_a_limit_that_no_clock_moves() -> None:
    def grown(worlds: int) -> Graph:
        return opened(COUNTER, threads=1).graph(physical=True, worlds=worlds, depth=8)

    # A level has one moment more than the one before: 1 + 2 + … + 7 of them are looked at for seven levels.
    assert grown(28).states_by_depth == (1, 3, 6, 10, 15, 21, 28, 36)
    assert grown(28).limit == "states"
    assert grown(27).states_by_depth == (1, 3, 6, 10, 15, 21, 28)
    assert grown(36).limit == "depth"


def test_worlds_in_minds_count_as_well() -> None:
    def grown(worlds: int | None) -> Graph:
        problem = lang.read(str(pathlib.Path(__file__).parents[2] / "worlds" / "letter.story")).problem
        assert problem is not None
        return Kernel(ground(problem), threads=1).graph(limits=Limits(reason_acts=5, belief_depth=2), worlds=worlds)

    found = grown(300)
    assert found.limit == "states"
    assert found.states_by_depth == grown(300).states_by_depth
    assert len(found.all) < 146 == len(grown(None).all)


def test_questions_can_be_interrupted() -> None:
    kernel = opened(COUNTER)
    graph = kernel.graph(physical=True, depth=400)
    control = _kernel.Control()
    control.stop()
    with pytest.raises(_kernel.KernelError, match="stopped"):
        graph._graph.last(control)
    with pytest.raises(KeyboardInterrupt):
        kernel._run(lambda _: graph._graph.last(control))


# ---------------------------------------------------------------------------------------------------------------------
# Random worlds


WALKERS = """
    type place; type walker;
    entity North : place; entity East : place; entity South : place; entity West : place; entity Out : place;
    property at(who : walker) : place;
    property door(from : place, to : place) : boolean;
    property tired() : boolean;
    door(North, East); door(East, South); door(South, West); door(West, North); door(South, North); door(East, Out);
    forall(w : walker) at(w) = North;
    action walk(who : walker, from : place, to : place) {
        precondition: at(who) == from & door(from, to) & !tired();
        effect: at(who) = to;
    };
    action tire() { precondition: forall(w : walker) at(w) != North; effect: tired(); };
    """ + "".join(f"entity {name} : walker;" for name in ("Ann", "Bob", "Cyd", "Dan"))


def some(random: Random, of: int) -> set[int]:
    """A few of the moments, often only one."""
    return set(random.sample(range(of), min(of, random.choice((1, 1, 2, max(1, of // 3))))))


def compare(seed: int, kernel: Kernel, other: Kernel, *, depth: int | None = None) -> Counter[str]:
    """Compares every question; says how often what came up that makes a comparison worth its while."""
    random = Random(seed)
    physical = depth is not None or random.random() < 0.6
    limits = Limits(reason_acts=random.choice((1, 2, 3)), belief_depth=random.choice((None, 0, 1)))
    if depth is None:
        depth = random.choice((1, 2, DEPTH, DEPTH))
    fluents = kernel.task.data["fluents"]
    booleans = [f for f, fluent in enumerate(fluents) if fluent["kind"] == "boolean"]
    tests: list[Formula] = [("==", ("f", (), f), ("v", True)) for f in booleans]
    stop = random.choice(tests) if tests and random.random() < 0.3 else None
    try:
        plain = PlainGraph(kernel, limits, physical=physical, depth=depth, stop=stop)
    except ChekhovError:
        if physical:  # Else it may be something that somebody need not think of.
            with pytest.raises(ChekhovError):
                other.graph(physical=physical, limits=limits, depth=depth, stop=stop)
        return Counter(error=1)
    graph = kernel.graph(physical=physical, limits=limits, depth=depth, stop=stop)
    n = len(plain.worlds)

    assert list(graph.states_by_depth) == plain.levels
    assert graph.complete == (len(plain.acts) == n)
    assert graph.transitions == sum(map(len, plain.acts))
    assert list(graph.all) == list(plain.all())
    for moment in plain.all():
        assert graph.acts_from(moment) == tuple(plain.acts[moment] if moment < len(plain.acts) else ())
        assert graph.world(moment) == plain.worlds[moment]
        assert graph.story(moment) == plain.story(moment)
    assert list(graph.unexplored) == list(range(len(plain.acts), n))
    assert list(graph.final) == [moment for moment, acts in enumerate(plain.acts) if not acts]
    for test in tests:
        assert set(graph.where(test)) == plain.where(test)
    for action in plain.actions:
        assert set(graph.taken(action)) == {moment for moment, act in plain.edges() if act[0] == action}

    def event() -> tuple[Event, PlainEvent]:
        otherwise = some(random, n) if random.random() < 0.8 else set()
        acts = {
            action: some(random, n) if random.random() < 0.7 else set()
            for action in plain.actions
            if random.random() < random.choice((0, 0, 0.3))
        }
        sets = {action: graph.moments(sorted(moments)) for action, moments in acts.items()}
        return Event(graph.moments(sorted(otherwise)), sets), PlainEvent(otherwise, acts)

    met: Counter[str] = Counter()
    for _ in range(12):
        sources = some(random, n)
        chosen = graph.moments(sorted(sources))
        (targets, plain_targets), avoid = event(), event()
        avoiding, plain_avoiding = avoid if random.random() < 0.6 else (None, None)
        assert set(graph.reach(chosen, avoiding)) == plain.reach(sources, plain_avoiding)
        assert set(graph.can_reach(targets, avoiding)) == plain.can_reach(plain_targets, plain_avoiding)
        path = graph.path(chosen, targets, avoiding)
        expected = plain.path(sources, plain_targets, plain_avoiding)
        assert path == (None if expected is None else Path(*expected))
        met[f"path of {'none' if path is None else min(len(path.acts), 3)}"] += 1
        ends = some(random, n)
        crossings = [
            (action, len(acts), *acts[0])
            for action in plain.actions
            if (acts := [(m, a[1]) for m, a in plain.edges() if a[0] == action and m in sources and a[1] in ends])
        ]
        assert graph.crossings(chosen, graph.moments(sorted(ends))) == [Crossing(*found) for found in crossings]
        met["crossings"] += len(crossings) > 0

    possible = [sum(kernel.possible(world, action) for world in plain.worlds) for action in plain.actions]
    taken = Counter(act[0] for _, act in plain.edges())
    assert graph.acts() == [ActCount(possible[action], taken[action]) for action in plain.actions]
    rows = [kernel.values(world) for world in plain.worlds]
    for fluent, counts in enumerate(graph.values()):
        column = [row[fluent] for row in rows]
        firsts = {repr(value): place for place, value in reversed(list(enumerate(column)))}
        assert counts == [
            ValueCount(column[place], [repr(value) for value in column].count(name), place)
            for name, place in sorted(firsts.items(), key=lambda entry: entry[1])
        ]

    for action in plain.actions:
        able = [moment for moment in plain.all() if kernel.possible(plain.worlds[moment], action)]
        moods = []
        try:
            for character in plain.consenting(action):
                minds = {moment: kernel.believed(plain.worlds[moment], character) for moment in able}
                moved = [moment for moment in able if plain.has_reason(minds[moment], action)]
                moods.append(ReasonCount(character, len(moved), min(moved, default=None)))
                met["reasons"] += len(moved) not in (0, len(able))
        except ChekhovError:
            continue  # Which of the moments that do not exist somebody thinks of is nobody's business.
        assert graph.reasons(action) == moods
    for character, beliefs in enumerate(graph.beliefs()):
        believed = [kernel.values(kernel.believed(world, character)) for world in plain.worlds]
        for fluent, belief in enumerate(beliefs):
            both = [(actual[fluent], mind[fluent]) for actual, mind in zip(rows, believed, strict=True)]
            wrong = [place for place, (actual, mind) in enumerate(both) if mind not in (None, actual)]
            unknown = [place for place, (actual, mind) in enumerate(both) if mind is None is not actual]
            right = [place for place in plain.all() if place not in wrong and place not in unknown]
            assert (belief.wrong, belief.first_wrong) == (len(wrong), min(wrong, default=None))
            assert (belief.unknown, belief.first_unknown) == (len(unknown), min(unknown, default=None))
            assert belief.right == tuple(
                ValueCount(both[place][0], sum(repr(both[p][0]) == repr(both[place][0]) for p in right), place)
                for place in right
                if not any(repr(both[p][0]) == repr(both[place][0]) for p in right if p < place)
            )
            met["wrong"] += len(wrong) > 0
            met["unknown"] += len(unknown) > 0
    with suppress(NoMomentError):
        misled = plain.misled(kernel.task.problem)
        assert graph.misled() == [Misled(*who, len(moments), moments[0]) for who, moments in sorted(misled.items())]
        met["misled"] += len(misled) > 0
    traps = plain.traps()
    assert [set(trap.moments) for trap in graph.traps()] == traps
    assert [trap.first for trap in graph.traps()] == [min(trap) for trap in traps]
    met["traps"] += len(traps) > 0
    met["large traps"] += any(len(trap) > 1 for trap in traps)
    stops = [some(random, n), some(random, n)]
    chosen_stops = [graph.moments(sorted(stop)) for stop in stops]
    played = graph.play(chosen_stops, 1_000, seed, 12)
    for count, chance in zip((*played.stops, played.dead_ends, played.unfinished), plain.play(stops, 12), strict=True):
        assert abs(count / 1_000 - chance) <= 5 * sqrt(chance * (1 - chance) / 1_000) + 1e-9

    again = other.graph(physical=physical, limits=limits, depth=depth, stop=stop)
    assert again.states_by_depth == graph.states_by_depth
    assert [again.acts_from(moment) for moment in again.all] == [graph.acts_from(moment) for moment in graph.all]
    assert again.fired() == graph.fired()
    assert (again.misled(), again.beliefs(), again.values()) == (graph.misled(), graph.beliefs(), graph.values())
    assert again.play([again.moments(sorted(stop)) for stop in stops], 1_000, seed, 12) == played
    met["fired"] += any(count for count, _ in graph.fired())
    met["large"] += n > 64
    met["back"] += any(end <= moment for moment, (_, end) in plain.edges())
    met["complete"] += graph.complete
    return met


def test_every_question_on_random_worlds() -> None:
    met: Counter[str] = Counter()
    for seed in range(WORLDS):
        task = ground(random_world(seed))
        try:
            met += compare(seed, Kernel(task, threads=1), Kernel(task, threads=2))
        except AssertionError as error:
            raise AssertionError(f"world {seed}") from error
    paths = ("path of none", "path of 1", "path of 2", "crossings")
    extents = ("large", "back", "complete", "error")
    for what in (*paths, *extents, "fired", "reasons", "wrong", "unknown", "misled", "traps", "large traps"):
        assert met[what] > 0, (what, met)


def test_every_question_on_a_larger_world() -> None:
    """Many blocks of moments, and levels that both threads work on."""
    task = opened(WALKERS).task
    met = compare(4, Kernel(task, threads=1), Kernel(task, threads=2), depth=40)
    assert met["large"] == met["complete"] == 1

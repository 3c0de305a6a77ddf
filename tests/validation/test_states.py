"""The store keeps one state for each moment: no two of its states are bisimilar, whatever is drafted."""

from __future__ import annotations

from random import Random

from chekhov.validation.states import State, Store


def _classes(states: list[State]) -> int:
    """The number of bisimilarity classes, by refining until nothing changes."""
    place = {state: number for number, state in enumerate(states)}
    classes = [state.values for state in states]
    colours: list[object] = list(classes)
    while True:
        signatures = [(colours[place[state]], *(colours[place[b]] for b in state.beliefs)) for state in states]
        numbers = {signature: number for number, signature in enumerate(dict.fromkeys(signatures))}
        refined: list[object] = [numbers[signature] for signature in signatures]
        if len(numbers) == len(set(colours)):
            return len(numbers)
        colours = refined


def _unfolds(state: State, draft: list[tuple[tuple[bool, ...], list[State | int]]], node: State | int) -> bool:
    """Whether a state is what a node of the draft says, however far one looks."""
    seen: set[tuple[State, State | int]] = set()
    pending: list[tuple[State, State | int]] = [(state, node)]
    while pending:
        one, other = pending.pop()
        if (one, other) in seen:
            continue
        seen.add((one, other))
        if isinstance(other, State):
            if one is not other:
                return False
            continue
        values, beliefs = draft[other]
        if one.values != values:
            return False
        pending += zip(one.beliefs, beliefs, strict=True)
    return True


def test_states_are_equal_exactly_if_bisimilar() -> None:
    for seed in range(300):
        random = Random(seed)
        characters = random.choice((1, 2, 3))
        store = Store(characters)
        known: dict[State, None] = {}
        for _ in range(12):
            size = random.randint(1, 5)
            draft: list[tuple[tuple[bool, ...], list[State | int]]] = []
            for _ in range(size):
                old = list(known)
                beliefs: list[State | int] = [
                    random.choice(old) if old and random.random() < 0.4 else random.randrange(size)
                    for _ in range(characters)
                ]
                draft.append(((random.random() < 0.7,), beliefs))
            settled = store.settle(draft)
            assert all(_unfolds(state, draft, node) for node, state in enumerate(settled))
            pending = settled
            while pending:
                state = pending.pop()
                if state not in known:
                    known[state] = None
                    pending.extend(state.beliefs)
            assert _classes(list(known)) == len(known), f"seed {seed}"


def test_a_mind_that_is_right_about_everything_is_the_world_itself() -> None:
    store = Store(2)
    (alone,) = store.settle([((True,), [0, 0])])
    actual, first, second = store.settle([((True,), [1, 2]), ((True,), [1, 2]), ((True,), [1, 2])])
    assert actual is first is second is alone
    (mistaken,) = store.settle([((False,), [alone, alone])])
    assert mistaken is not alone
    # Ann believes herself right, and Bob to believe what is the case: two states that believe in each other.
    ann, bob = store.settle([((True,), [0, 1]), ((False,), [0, 1])])
    again = store.settle([((False,), [1, 2]), ((True,), [1, 0]), ((False,), [1, 2])])
    assert again == [bob, ann, bob]

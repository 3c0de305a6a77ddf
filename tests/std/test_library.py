"""The library of mechanics: its files, how they are included, and what the manual says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lang.pages import UNUSED, blocks, faults

import chekhov
from chekhov.diagnostics import render_all
from chekhov.kernel import NoMomentError
from chekhov.lang import format_text, parse, parse_condition, read
from chekhov.lang.reading import library
from chekhov.validation import World

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "manual" / "std").glob("*.md"))
NAMES = list(library())
INCLUDE = re.compile(r'^include "([^"]*)";\n', re.MULTILINE)


def flattened(name: str, seen: set[str]) -> str:
    """A file of the library with all that it includes in place of the includes: a text like an author's own."""
    if name in seen:
        return ""
    seen.add(name)
    return INCLUDE.sub(lambda match: flattened(match.group(1), seen), library()[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_in_its_normal_form(name: str) -> None:
    assert format_text(library()[name]) == library()[name]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_a_file_itself(name: str) -> None:
    """Read as an author's own text, for which warnings are given, but that a library is not used yet."""
    reading = parse(flattened(name, set()))
    found = [one for one in reading.diagnostics if one.code not in UNUSED]
    assert not found, render_all(found, reading.sources)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_included_and_not_used_says_nothing(name: str) -> None:
    world = f'include "{name}"; entity Tom : character; utility(Tom): alive(Tom);'
    reading = parse(world)
    assert reading.problem is not None
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)


def test_all_files_go_together() -> None:
    text = "".join(f'include "{name}";' for name in NAMES)
    reading = parse(text + "entity Tom : character; utility(Tom): alive(Tom);")
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)
    again = parse(text + text + "entity Tom : character; utility(Tom): alive(Tom);")
    assert again.problem == reading.problem


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_what_it_names_from_its_own_includes(name: str) -> None:
    assert not [one for one in parse(f'include "{name}";').diagnostics if one.is_error]


def test_every_mechanic_has_its_page_and_its_world() -> None:
    mechanics = {name.removeprefix("std/") for name in NAMES} - {"base"}
    assert mechanics == {path.stem for path in PAGES}
    assert mechanics == {path.stem for path in (ROOT / "worlds" / "mechanics").glob("*.story")}
    index = (ROOT / "docs" / "manual" / "library.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(std/(\w+)\.md\)", index)) == mechanics


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    found = faults(page)
    assert not found, "\n".join(f"{path}:{fault.line}: {fault.message}" for fault in found)
    assert blocks(page), "a page without an example"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_tells_of_everything_that_its_file_declares(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    declared = re.findall(r"^(?:type|property|action|trigger) (\w+)", library()[f"std/{path.stem}"], re.MULTILINE)
    assert not [name for name in declared if not re.search(rf"\b{name}\b", page)]


def test_a_name_that_is_not_in_the_library() -> None:
    (found,) = parse('include "std/movment";').diagnostics
    assert (found.code, found.help) == ("E0114", "did you mean `std/movement`?")
    for name in ("std/", "std/base.story", "std/../base", "std/../../../etc/passwd", "std//base", "std/./base"):
        (found,) = parse(f'include "{name}";').diagnostics
        assert found.code == "E0114", name


def test_no_file_of_the_world_stands_in_for_the_library(tmp_path: Path) -> None:
    (tmp_path / "std").mkdir()
    (tmp_path / "std" / "base.story").write_text("type impostor;")
    (tmp_path / "std" / "base").write_text("type impostor;")
    (tmp_path / "std" / "mine.story").write_text("type impostor;")
    world = tmp_path / "world.story"
    world.write_text('include "std/base";')
    problem = read(world).problem
    assert problem is not None
    assert "impostor" not in {type.name for type in problem.types}
    world.write_text('include "std/mine.story";')
    assert [one.code for one in read(world).diagnostics] == ["E0114"]


def test_what_clashes_with_the_library_is_shown_in_both_places() -> None:
    reading = parse('include "std/base";\ntype item;\n')
    shown = render_all(reading.diagnostics, reading.sources)
    assert "<text>:2:6" in shown
    assert "<std>/base.story" in shown


def test_what_an_author_does_not_use_of_their_own_is_said_nevertheless() -> None:
    assert [one.code for one in parse('include "std/base"; type mine;').diagnostics] == ["W0106"]


def test_a_world_with_many_people_goes_together_with_the_guards_of_movement() -> None:
    """Whether a guard stops somebody is one condition, not one alternative more for every character."""
    people = "".join(f"entity P{i} : character; at(P{i}) = A; utility(P{i}): at(P{i}) == B; " for i in range(14))
    text = f'include "std/journeys"; entity A : place; entity B : place; {people} way(A, B); stops(P13, P0);'
    problem = parse(text).problem
    assert problem is not None
    kernel = chekhov.Kernel(chekhov.ground(problem))
    start = kernel.initial()
    possible = {name for i, name in enumerate(kernel.task.names.actions) if kernel.possible(start, i)}
    assert "walk(P1, A, B)" in possible
    assert "walk(P0, A, B)" not in possible


@pytest.mark.parametrize("wrong", ["!alive(Kai)", "captor(Kai) = Ann"])
@pytest.mark.parametrize("kai", ["Road", "Bridge"])
def test_whom_somebody_is_seen_to_follow_is_known_to_be_alive_and_free(wrong: str, kai: str) -> None:
    """Otherwise Zora would lose sight of whom Bo follows as often as she sees it, and no moment would come to rest."""
    text = f"""
        include "std/movement"; include "std/parties"; include "std/captivity";
        entity Hut : place; entity Bridge : place; entity Road : place;
        entity Kai : character; entity Bo : character; entity Ann : character; entity Zora : character;
        way(Hut, Bridge); at(Kai) = {kai}; at(Bo) = Bridge; at(Ann) = Road; at(Zora) = Hut; leader(Bo) = Kai;
        believes(Zora, {wrong}); utility(Zora): at(Zora) == Bridge;
    """
    problem = parse(text).problem
    assert problem is not None
    start = World.initial(problem)
    free, followed = (
        parse_condition(f"believes(Zora, {one})", problem)[0]
        for one in ("alive(Kai) & captor(Kai) == ?", "leader(Bo) == Kai")
    )
    assert free is not None
    assert followed is not None
    assert not start.holds(free)
    after = start.after("walk(Zora, Hut, Bridge)")
    assert after.holds(free)
    assert after.holds(followed)
    kernel = chekhov.Kernel(chekhov.ground(problem))
    walk = kernel.task.action_number("walk(Zora, Hut, Bridge)")
    assert walk is not None
    met = kernel.step(kernel.initial(), walk)
    assert kernel.evaluate(met, kernel.task.condition(free))
    assert kernel.evaluate(met, kernel.task.condition(followed))


@pytest.mark.parametrize(
    ("extra", "rests"),
    [
        ("", True),
        ("belief depth 1;", False),
        ("belief depth 1; without trigger see_evidence, see_evidence_on, see_body, suspect;", True),
    ],
)
def test_conclusions_need_belief_without_bound_as_their_page_says(extra: str, rests: bool) -> None:
    text = f"""
        include "std/evidence"; include "std/movement"; {extra}
        entity Library : place; entity Hall : place; way(Hall, Library);
        entity Price : character; entity Hale : character; at(Price) = Hall; at(Hale) = Library;
        entity Affair : claim; entity Letter : item; at(Letter) = Library; shows(Letter, Affair);
        so(Affair); believes(Price, !so(Affair));
    """
    problem = parse(text).problem
    assert problem is not None
    kernel = chekhov.Kernel(chekhov.ground(problem))
    if rests:
        kernel.initial()
        World.initial(problem)
    else:
        with pytest.raises(NoMomentError):
            kernel.initial()

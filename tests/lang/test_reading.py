"""Files: encodings, sizes, includes, and reading on after mistakes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from chekhov.diagnostics import render_all
from chekhov.lang import Reading, format_text, parse, read

SMALL = "entity Tom : character; property at(who : character) : character; at(Tom) = Tom; utility(Tom): at(Tom) == ?;"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files in a folder; gives the path of the first."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / next(iter(files))


def found(reading: Reading) -> list[str]:
    return [one.code for one in reading.diagnostics]


def test_encodings(tmp_path: Path) -> None:
    def codes(content: bytes) -> list[str]:
        return found(read(write(tmp_path, {"w.story": content})))

    assert codes(SMALL.encode()) == []
    assert codes(b"\xef\xbb\xbf" + SMALL.encode()) == []
    assert codes(SMALL.replace("Tom", "Tömmelchen").encode()) == []
    assert codes(SMALL.replace("Tom", "Tömmelchen").encode("latin-1")) == ["E0101"]
    assert codes(SMALL.encode("utf-16")) == ["E0101"]
    assert codes(SMALL.encode() + b"// \x00") == ["E0102"]
    assert codes(SMALL.encode() + "// \u202e".encode()) == ["E0102"]
    assert codes(b"") == []


def test_place_of_a_wrong_byte(tmp_path: Path) -> None:
    reading = read(write(tmp_path, {"w.story": "// größer\n// gr\xf6\xdfer\n".encode()[:-7] + b"\xf6er\n"}))
    assert "2:6" in render_all(reading.diagnostics, reading.sources) or "2:5" in render_all(
        reading.diagnostics, reading.sources
    )


def test_names_are_the_same_however_their_accents_are_encoded() -> None:
    reading = parse(
        "entity Ze\u0301 : character; property p(Z\u00e9) : boolean; p(Ze\u0301); utility(Z\u00e9): p(Z\u00e9);"
    )
    assert reading.problem is not None
    assert reading.problem.entities[0].name == "Z\u00e9"


def test_sizes(tmp_path: Path) -> None:
    assert found(read(write(tmp_path, {"w.story": " " * (1 << 19)}))) == []
    assert found(read(write(tmp_path, {"w.story": " " * ((1 << 19) + 9)}))) == ["E0113"]
    assert found(parse(" " * ((1 << 19) + 1))) == ["E0113"]


def test_not_a_file(tmp_path: Path) -> None:
    assert found(read(tmp_path)) == ["E0114"]
    assert found(read(tmp_path / "missing.story")) == ["E0114"]
    assert found(read(tmp_path / ("x" * 5000))) == ["E0114"]
    os.mkfifo(tmp_path / "pipe.story")
    assert found(read(tmp_path / "pipe.story")) == ["E0114"]


def test_includes(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {
            "w.story": 'include "parts/people.story"; include "parts/places.story"; at(Tom) = Home;',
            "parts/people.story": 'title "of the part"; include "places.story"; entity Tom : character;'
            "property at(who : character) : place; utility(Tom): at(Tom) == ?;",
            "parts/places.story": "type place; entity Home : place;",
        },
    )
    reading = read(path)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    assert [entity.name for entity in reading.problem.entities] == ["Home", "Tom"]
    assert reading.problem.title == "of the part"
    assert len(reading.sources) == 3


def test_title_of_the_world_wins(tmp_path: Path) -> None:
    path = write(tmp_path, {"w.story": 'include "p.story"; title "World";', "p.story": 'title "Part";'})
    problem = read(path).problem
    assert problem is not None
    assert problem.title == "World"


def test_titles_of_several_parts(tmp_path: Path) -> None:
    path = write(
        tmp_path, {"w.story": 'include "p.story"; include "q.story";', "p.story": 'title "P";', "q.story": 'title "Q";'}
    )
    problem = read(path).problem
    assert problem is not None
    assert problem.title == "P"
    assert found(parse('title "P"; title "Q";')) == ["E0205"]


def test_mistakes_in_included_files_are_shown_there(tmp_path: Path) -> None:
    path = write(tmp_path, {"w.story": 'include "p.story";', "p.story": "\n\nentity Tom character;"})
    reading = read(path)
    assert "p.story:3:12" in render_all(reading.diagnostics, reading.sources)


def test_an_include_without_its_ending_is_told_what_to_write(tmp_path: Path) -> None:
    path = write(tmp_path, {"w.story": 'include "parts/a";\ninclude "parts/b";', "parts/a.story": "type a;"})
    told = [(one.code, one.help) for one in read(path).diagnostics]
    assert told == [("E0114", 'write `include "parts/a.story";`'), ("E0114", None)]


def test_include_cycles(tmp_path: Path) -> None:
    assert found(read(write(tmp_path, {"w.story": 'include "w.story";'}))) == ["E0115"]
    path = write(
        tmp_path, {"a.story": 'include "b.story";', "b.story": 'include "c.story";', "c.story": 'include "a.story";'}
    )
    reading = read(path)
    assert found(reading) == ["E0115"]
    assert len(reading.diagnostics[0].labels) == 2


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../outside.story",
        "x/../../outside.story",
        "C:x",
        "a\\\\b",
        "",
        ".",
        "sub",
        "link.story",
        "folder/x.story",
    ],
)
def test_nothing_outside_of_the_folder_is_read(tmp_path: Path, name: str) -> None:
    world = write(
        tmp_path,
        {"world/w.story": f'include "{name}";', "outside.story": SMALL, "elsewhere/x.story": SMALL, "world/sub/y": ""},
    )
    (tmp_path / "world" / "link.story").symlink_to(tmp_path / "outside.story")
    (tmp_path / "world" / "folder").symlink_to(tmp_path / "elsewhere")
    reading = read(world)
    assert found(reading) in (["E0116"], ["E0114"])
    assert list(reading.sources) == [str(world)], "nothing else was opened"


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    world = write(tmp_path, {"w.story": 'include "link.story";', "real.story": SMALL})
    (tmp_path / "link.story").symlink_to("real.story")
    assert found(read(world)) == []


def test_too_many_files(tmp_path: Path) -> None:
    files = {"w.story": "".join(f'include "f{i}.story";' for i in range(120))}
    files |= {f"f{i}.story": "" for i in range(120)}
    assert set(found(read(write(tmp_path, files)))) == {"E0113"}


MISTAKES = """\
type place
entity Home : place;
entity Tom : charcter;
property at(who : character) : place;
property busy(who : character : boolean;
at(Tom) = Hoem;
busy(Tom, Tom);
action go(who : character, to : place) {
	precondition: at(who) != to & ;
	efect: at(who) = to;
	effect: at(who) == to,
	consenting: who;
	observing(c : character) at(c) == to;
};
trigger arrive(who : character) {
	precondition: at(who) == Home;
	consenting: who;
	effect: !busy(who
};
utility(Tom): if(at(Tom) == Home) 1 else;
action rest(who : character) {
	effect: !!busy(who);
	consenting: who;
}
ending home at(Tom) == Home;
"""


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    reading = parse(MISTAKES)
    lines = {reading.sources["<text>"].position(one.span.start)[0] for one in reading.errors if one.span}
    assert lines >= {1, 5, 6, 9, 10, 11, 13, 17, 18, 20, 24, 25}
    # And no line that is right is blamed.
    assert not lines & {2, 4, 8, 12, 14, 15, 16, 19, 21, 22, 23}, render_all(reading.diagnostics, reading.sources)


def test_a_missing_brace_does_not_swallow_the_next_action() -> None:
    reading = parse("action a() {\n\teffect: f();\n\naction b() {\n\teffect: g();\n};\nproperty f() : boolean;\n")
    titles = [one.title for one in reading.errors]
    assert titles == ["the `{` of `a` is never closed", "unknown property `g`"]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 150_000,
        "utility(): " + "!" * 150_000 + "a;",
        "utility(): " + "a + " * 100_000 + "a;",
        "utility(): " + "a & " * 100_000 + "a;",
        "utility(): " + "a & b | " * 50_000 + "a;",
        "utility(): " + "if(a) " * 50_000 + "b;",
        "utility(): " + "if(a) b else " * 30_000 + "b;",
        "utility(): " + "a & if(a) b else " * 30_000 + "b;",
        "utility(): " + "forall(x : y) " * 30_000 + "b;",
        "utility(): " + "f(" * 150_000,
        "utility(): " + "believes(a, " * 30_000,
        "utility(): " + "a == " * 100_000 + "a;",
        "utility(): " + "a b " * 100_000 + ";",
        "/*" * 250_000,
        '"' * 500_000,
        '"\\' * 200_000,
        '"\n' * 200_000,
        "{" * 450_000,
        "};" * 200_000,
        "type a : b;" * 30_000,
        "\\" * 500_000,
        "\u202e" * 250_000,
        "action a() {" + "effect: ;" * 50_000 + "};",
        "".join(f"type t{i} : t{i + 1};" for i in range(15_000)),
        "".join(f"entity e{i} : character;" for i in range(10_000)),
        " " * 500_000 + "x",
        "x" * 500_000,
        "1" * 500_000,
        "utility(): x" + "\t" * 500_000 + "y;",
    ],
    ids=lambda text: f"{text[:20]!r}",
)
def test_large_nonsense_takes_no_time(text: str) -> None:
    started = time.process_time()
    reading = parse(text)
    render_all(reading.diagnostics[:100], reading.sources)
    assert time.process_time() - started < 10.0  # what is quadratic takes hours


def test_a_long_condition_is_no_deep_one() -> None:
    text = "property p() : boolean; utility(): " + " & ".join(["p()"] * 5000) + ";"
    assert parse(text).problem is not None
    assert format_text(format_text(text)) == format_text(text)


def test_how_far_everybody_thinks_is_said_once() -> None:
    text = "reasons within 5 acts, 1 mind;\n\nutility(): 0;\n"
    problem = parse(text).problem
    assert problem is not None
    assert problem.foresight is not None
    assert (problem.foresight.acts, problem.foresight.minds) == (5, 1)
    assert format_text(text) == text
    assert [found.code for found in parse(text + "reasons within 6 acts, 1 mind;").diagnostics] == ["E0205"]


def test_levels_are_of_places_that_there_are_each_on_one() -> None:
    text = "type place; entity Attic : place; entity Yard : place; entity Cellar : place; utility(): 0;\n"
    problem = parse(f'{text}level "above": Attic, Yard; level "below": Cellar;').problem
    assert problem is not None
    assert [(level.label, [name.name for name in level.places]) for level in problem.levels] == [
        ("above", ["Attic", "Yard"]),
        ("below", ["Cellar"]),
    ]
    assert found(parse(f'{text}level "above": Attic, Yart;')) == ["E0202"]
    twice = parse(f'{text}level "above": Attic; level "below": Cellar, Attic;').diagnostics
    assert [(each.code, len(each.labels)) for each in twice] == [("E0205", 1)]
    # A property may be called so.
    named = parse(f"{text}property level() : number 0..9; level() = 1; ending high: level() > 5;")
    assert named.problem is not None

"""Random mutations of world files, read, checked, formatted and shown: nothing may crash or hang.

    python benchmarks/fuzz_language.py --count 1000000 --jobs 2

Each case takes some definitions of a world (sometimes all), mutates its tokens and its bytes, and puts the result
through everything that the language does. A case fails if anything but :class:`~chekhov.diagnostics.ChekhovError` is
raised, if it takes more than two seconds, if printing a problem and reading it again gives another problem, or if
formatting twice gives another text than formatting once. Cases are numbered: ``--only N`` repeats one alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from chekhov.diagnostics import ChekhovError, Diagnostic, Source, render
from chekhov.lang import check, decode, format_problem, format_text, parse, parse_condition, parse_demand, parse_plan
from chekhov.lang.nodes import Definition
from chekhov.lang.parser import Parser
from chekhov.lang.syntax import Tokens, tokenize
from chekhov.model import Entity, Property, Type

ROOT = Path(__file__).resolve().parents[1]
PROBLEMS = ROOT.parent / "shared" / "benchmarks" / "sabre" / "problems"
SECONDS = 2.0
"""No case may take longer."""

_WORDS: list[str] = [
    *"(){};:,&|!=<>*/+-?#\\x\n\t",
    *("==", "!=", "<=", ">=", "..", "//", "/*", "*/", '"', '"a"', '"{x}"', '"{if', '"{end}"', '"{x.their}"'),
    *("if", "else", "elseif", "forall", "exists", "sum", "product", "believes", "True", "False", "type", "entity"),
    *("property", "action", "natural", "trigger", "utility", "ending", "title", "author", "include", "belief", "depth"),
    *(
        "playable",
        "level",
        "refine",
        "without",
        "precondition",
        "effect",
        "consenting",
        "observing",
        "telling",
        "number",
        "boolean",
        "character",
    ),
    *(
        "demand",
        "secret",
        "accept",
        "always",
        "never",
        "possible",
        "inevitable",
        "before",
        "until",
        "from",
        "all",
        "where",
    ),
    *("where", "done", "done(", "ending(", "_", "dead_end"),
    *(
        "time",
        "step",
        "process",
        "duration",
        "begin",
        "while",
        "broken",
        "change",
        "end",
        "under_way(",
        "busy(",
        "+=",
        "-=",
    ),
    *("0", "1", "-1", "0.5", "240", "999999999999999999", "place", "at"),
]
_CHARACTERS = "\x00\x07\x1b\x7f\u00e9\u0301\u200b\u202e\ufeff\U0001f600\u4e2d\r\n\t \\\"'{}()é"
_DEEP = ["(", "!", "if(", "believes(", "forall(x : y) ", "{", "/*", '"', "a + ", "a & ", "f(", "else ", "- ", "\\"]


_DEMANDS = """\
entity Ann : character; entity Bob : character;
property glad(who : character) : boolean;
property thief() : character;
thief() = Ann;
action cheer(who : character, whom : character) { effect: glad(whom); consenting: who; };
utility(Ann): glad(Bob); utility(Bob): glad(Ann) & thief() == Bob;
ending happy: forall(c : character) glad(c);
demand gift "Bob cheers nobody up": never done(cheer(Bob, _));
demand order: exists(c : character) done(cheer(c, Bob)) & glad(Ann) before ending(happy);
demand: (if(glad(Ann)) glad(Bob) else !glad(Bob)) until believes(Ann, glad(Ann));
secret thief "Who did it" from Bob, all(c : character) where glad(c) until done(cheer(_, Ann));
secret: glad(Ann) & thief() == Ann from Bob;
accept never_wanted(cheer(_, Bob)) "He thinks of it, and that is all.";
accept dead_end "That is meant.";
"""
"""What no world of the repository need have."""

_TIME = """\
time step 5 "minutes";
type place;
entity Home : place; entity Market : place;
entity Ann : character; entity Bob : character;
property at(who : character) : place;
property far(from : place, to : place) : number;
property air(who : character) : number 0..60;
at(Ann) = Home; at(Bob) = Market; far(Home, Market) = 10; air(Ann) = 60;
process breathing(who : character) {
	while: at(who) == ?;
	change: air(who) -= 1, air(Ann) += (if(busy(who)) 2 else 0);
};
action walk(who : character, to : place) {
	duration: far(Home, to) + 5;
	precondition: at(who) != to;
	begin: at(who) = ?;
	while: air(who) > 5 & !under_way(walk(_, Home));
	effect: at(who) = to;
	broken: at(who) = Home;
	consenting: who;
	observing(c : character): at(c) == at(who);
	observing end(c : character): at(c) == to;
	telling: "{who} goes to {to}.";
	telling end: "{who} is there.";
	telling broken: "{who} comes back{if busy(Bob)}, but not Bob{end}.";
};
refine action walk(who : character, to : place) {
	precondition: !busy(Bob);
	while: air(Ann) > 0;
	telling end: "{who} arrives{if busy(Bob)}, Bob does not{end}.";
};
refine action time_passes() { precondition: exists(c : character) busy(c); telling: "The clock ticks."; };
process waste() { change: air(Bob) -= 1; };
without process waste;
utility(Ann): at(Ann) == Market & !believes(Bob, under_way(walk(Ann, Market)));
demand: never under_way(walk(Bob, _));
"""
"""And what takes time."""


@dataclass(frozen=True)
class World:
    """A world file as its definitions' texts, and for each the numbers of those that declare what it mentions."""

    name: str
    definitions: tuple[str, ...]
    needs: tuple[frozenset[int], ...]

    def closed(self, chosen: Iterable[int]) -> list[str]:
        """Definitions with all that they need, in their order."""
        pending = list(chosen)
        found: set[int] = set()
        while pending:
            number = pending.pop()
            if number not in found:
                found.add(number)
                pending.extend(self.needs[number])
        return [self.definitions[number] for number in sorted(found)]


def corpus() -> list[World]:
    """All worlds of the repository, and the benchmark problems if they are there."""
    found = []
    paths = sorted([*(ROOT / "worlds").glob("**/*.story"), *PROBLEMS.glob("*.txt")])
    texts = [("demands", _DEMANDS), ("time", _TIME), *((path.name, path.read_text(encoding="utf-8")) for path in paths)]
    for name, text in texts:
        diagnostics: list[Diagnostic] = []
        tokens = tokenize(text, name, diagnostics)
        definitions: list[Definition] = Parser(tokens, diagnostics).file().definitions
        declared: dict[str, list[int]] = {}
        for number, one in enumerate(definitions):
            if isinstance(one.node, Type | Entity | Property):
                declared.setdefault(one.node.name, []).append(number)
        found.append(
            World(
                name,
                tuple(_with_comments(text, tokens, one) for one in definitions),
                tuple(
                    frozenset(n for word in tokens.words[one.first : one.last] for n in declared.get(word, ()))
                    for one in definitions
                ),
            )
        )
    return found


def _with_comments(text: str, tokens: Tokens, definition: Definition) -> str:
    """A definition's text, with the comments before it if they are not long."""
    first = definition.first
    start = (
        tokens.ends[first - 1]
        if first and tokens.starts[first] - tokens.ends[first - 1] < 400
        else tokens.starts[first]
    )
    return text[start : tokens.ends[definition.last]]


def case(worlds: Sequence[World], seed: int, number: int) -> bytes:
    """The mutant of a number."""
    generator = random.Random(f"{seed}:{number}")
    world = generator.choice(worlds)
    numbers = range(len(world.definitions))
    if generator.random() < 0.01:
        chosen = list(world.definitions)
    elif generator.random() < 0.5:
        chosen = world.closed(generator.choices(numbers, k=generator.choice((1, 1, 2))))
    else:
        chosen = [
            world.definitions[number] for number in sorted(generator.choices(numbers, k=generator.choice((1, 2, 4, 6))))
        ]
    text = "\n".join(chosen)
    for _ in range(generator.choice((0, 1, 1, 1, 2, 3, 5))):
        text = _mutate_text(text, worlds, generator)
    data = text.encode("utf-8", errors="surrogatepass")
    for _ in range(generator.choice((0, 0, 1, 2))):
        data = _mutate_bytes(data, generator)
    return data


def _mutate_text(text: str, worlds: Sequence[World], generator: random.Random) -> str:
    words = text.split(" ")
    at = generator.randrange(len(words))
    match generator.randrange(11):
        case 0:
            del words[at]
        case 1:
            words.insert(at, generator.choice(_WORDS))
        case 2:
            words[at] = generator.choice(_WORDS)
        case 3:
            other = generator.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        case 4:
            words.insert(at, words[generator.randrange(len(words))])
        case 5:
            last = generator.randrange(at, min(len(words), at + 20))
            words[at:at] = words[at : last + 1] * generator.choice((1, 1, 2, 30))
        case 6:
            words.insert(
                at,
                generator.choice(_DEEP)
                * generator.choice((2, 5, 20, 99, 101, 5000 if generator.random() < 0.03 else 3)),
            )
        case 7:
            words.insert(at, generator.choice(generator.choice(worlds).definitions))
        case 8:
            offset = generator.randrange(len(text) + 1)
            return text[:offset] + generator.choice(_WORDS) + text[offset:]
        case 9:
            offset = generator.randrange(len(text) + 1)
            return text[:offset] + text[offset + generator.choice((1, 1, 2, 10, 100)) :]
        case _:
            offset = generator.randrange(len(text) + 1)
            return text[:offset] + generator.choice(_CHARACTERS) + text[offset:]
    return " ".join(words)


def _mutate_bytes(data: bytes, generator: random.Random) -> bytes:
    if not data:
        return b"\xef\xbb\xbf"
    at = generator.randrange(len(data))
    match generator.randrange(6):
        case 0:
            return data[:at] + bytes([generator.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at] + bytes([generator.randrange(256)]) + data[at:]
        case 2:
            return data[:at]
        case 3:
            return data[:at] + data[at + 1 :]
        case 4:
            return data[:at] + bytes([data[at] ^ (1 << generator.randrange(8))]) + data[at + 1 :]
        case _:
            return data.replace(b"\n", b"\r\n")


def run(data: bytes, *, thorough: bool) -> str:
    """Puts a mutant through the language. Gives how it ended: ``valid``, ``errors`` or ``encoding``.

    Raises AssertionError if reading what was printed gives something else.
    """
    text, diagnostics = decode(data, "mutant.story")
    if diagnostics:
        _show(diagnostics, text)
        if not thorough:
            return "encoding"
    reading = parse(text, "mutant.story")
    _show(reading.diagnostics, text)
    if not thorough and any(found.code.startswith("E01") for found in reading.diagnostics):
        return "errors"  # The formatter would stop at the same errors.
    try:
        formatted = format_text(text, "mutant.story")
    except ChekhovError as error:
        _show(error.diagnostics, text)
    else:
        again = parse(formatted, "mutant.story")
        assert again.problem == reading.problem, "formatting changed the problem"
        assert format_text(formatted) == formatted, "formatting is not final"
    problem = reading.problem
    if problem is None:
        return "errors"
    if thorough:
        printed = format_problem(problem)
        again = parse(printed, "printed.story")
        assert again.problem == problem, "printing changed the problem"
        assert format_problem(again.problem) == printed, "printing is not final"
        assert not any(found.is_error for found in check(problem)), "checking again finds errors"
        for part in text.split(";")[:3]:
            _show(parse_condition(part, problem)[1], part)
            _show(parse_condition(part, problem, of_events=True)[1], part)
            _show(parse_demand(part.strip().removeprefix("demand"), problem, "mutant.story")[1], part)
        _show(parse_plan(text, problem, "mutant.story")[1], text)
    return "valid"


def _show(diagnostics: Sequence[Diagnostic], text: str) -> None:
    sources = {path: Source(path, text) for path in ("mutant.story", "<condition>", "<plan>")}
    for found in diagnostics[:60]:
        shown = render(found, sources)
        assert all(line.isprintable() for line in shown.split("\n")), "unprintable"
        json.dumps(found.to_json(sources))


class HangError(Exception):
    """A case took too long."""


def _alarm(_: int, __: FrameType | None) -> None:
    raise HangError


def campaign(worlds: Sequence[World], seed: int, numbers: range, *, failures: int = 10) -> dict[str, float]:
    """Runs cases; prints those that fail. Gives counts by how they ended, and the longest time."""
    counts: dict[str, float] = {"valid": 0, "errors": 0, "encoding": 0, "failed": 0, "slowest": 0.0}
    signal.signal(signal.SIGALRM, _alarm)
    for number in numbers:
        data = case(worlds, seed, number)
        started = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)
        try:
            counts[run(data, thorough=number % 4 == 0)] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            counts["failed"] += 1
            print(f"case {number} of seed {seed}: {traceback.format_exc(limit=-6)}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = time.perf_counter() - started
        counts["slowest"] = max(counts["slowest"], seconds)
        if seconds > SECONDS:
            counts["failed"] += 1
            print(f"case {number} of seed {seed} took {seconds:.1f} s ({len(data)} bytes)", flush=True)
        if counts["failed"] >= failures:
            break
    return counts


def main() -> int:
    """Runs a campaign over several processes. Ends with 1 if any case failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="how many cases (default 10,000)")
    parser.add_argument("--seed", type=int, default=1, help="cases are the same for the same seed")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--only", type=int, help="one case alone: print it, and run it")
    arguments = parser.parse_args()
    worlds = corpus()
    if arguments.only is not None:
        data = case(worlds, arguments.seed, arguments.only)
        sys.stdout.buffer.write(data + b"\n")
        print(run(data, thorough=True))
        return 0
    started = time.perf_counter()
    readers = []
    for job in range(arguments.jobs):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            counts = campaign(worlds, arguments.seed, range(job, arguments.count, arguments.jobs))
            with os.fdopen(writer, "w") as file:
                json.dump(counts, file)
            os._exit(0)
        os.close(writer)
        readers.append(reader)
    total: dict[str, float] = {}
    for reader in readers:
        with os.fdopen(reader) as file:
            text = file.read()
        counts = json.loads(text) if text else {"failed": 1}
        for key, value in counts.items():
            total[key] = max(total.get(key, 0), value) if key == "slowest" else total.get(key, 0) + value
    for _ in readers:
        os.wait()
    seconds = time.perf_counter() - started
    done = sum(int(total.get(key, 0)) for key in ("valid", "errors", "encoding", "failed"))
    print(
        f"{done:,} mutants in {seconds:.0f} s ({done / seconds:,.0f} a second, {arguments.jobs} processes): "
        f"{int(total['valid']):,} valid, {int(total['errors']):,} with errors, {int(total['encoding']):,} not UTF-8; "
        f"slowest {total['slowest']:.2f} s; {int(total['failed']):,} failed"
    )
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

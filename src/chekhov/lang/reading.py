"""Files → a checked problem: includes, assembly, and everything that can be wrong with a file as a file."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources

from chekhov.diagnostics import Diagnostic, Label, Source, Span, sort
from chekhov.lang.checker import Checker
from chekhov.lang.names import nearest
from chekhov.lang.nodes import (
    Author,
    BeliefDepth,
    Include,
    Omission,
    Playable,
    Refinement,
    Statement,
    Syntax,
    Title,
    Wish,
)
from chekhov.lang.parser import Parser
from chekhov.lang.refinement import Refiner
from chekhov.lang.syntax import MAX_CHARACTERS, tokenize
from chekhov.lang.template import Place
from chekhov.model import (
    Acceptance,
    Action,
    Demand,
    Ending,
    Entity,
    Foresight,
    Level,
    Name,
    Problem,
    Process,
    Property,
    Secret,
    TimeStep,
    Trigger,
    Type,
    Utility,
)

MAX_FILES = 100

LIBRARY = "std/"
"""What includes of the library begin with: ``include "std/movement";``. No file of a world's own is read so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a world: its problem (None if there are errors), all findings in the order of the text, and
    the sources that they point into, by path."""

    problem: Problem | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(found for found in self.diagnostics if found.is_error)


def read(path: str | os.PathLike[str]) -> Reading:
    """Reads a world from a file, with all that it includes.

    Included files lie in the folder of the world or below, or are of the library; nothing else is ever opened. Never
    raises for what is wrong with a file: a file that cannot be read is a finding, too.
    """
    shown = os.fspath(path)
    real = os.path.realpath(shown)
    assembly = _Assembly(os.path.dirname(real))
    assembly.file(shown, real, None)
    return assembly.reading()


def parse(text: str, path: str = "<text>", *, folder: str | os.PathLike[str] | None = None) -> Reading:
    """Reads a world from a text. ``path`` is how places in it are shown; files are included from ``folder``, and from
    the library without one."""
    assembly = _Assembly(None if folder is None else os.path.realpath(folder))
    assembly.text(text, path, None if folder is None else os.path.join(assembly.root or "", "<text>"))
    return assembly.reading()


def check(problem: Problem) -> list[Diagnostic]:
    """What is wrong, or suspicious, in a problem that a program built."""
    diagnostics: list[Diagnostic] = []
    Checker(problem, diagnostics).check()
    return sort(diagnostics)


def decode(data: bytes, path: str) -> tuple[str, list[Diagnostic]]:
    """The text of a file in UTF-8, with or without a byte order mark."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        # Keep what can be read, so that the place can be shown.
        text = data.decode("utf-8", errors="replace")
        offset = len(data[: error.start].decode("utf-8", errors="replace"))
        encoding = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None
        return text, [
            Diagnostic(
                "E0101",
                f"this file is {encoding}, not UTF-8" if encoding else "this file is not UTF-8",
                Span(path, offset, offset + 1),
                f"the byte 0x{data[error.start]:02X}",
                help="save it in the encoding UTF-8",
            )
        ]


@functools.cache
def library() -> Mapping[str, str]:
    """The files of the library, ready to be included: the text of each by its name, such as ``std/movement``."""
    folder = resources.files("chekhov").joinpath("std")
    found = {
        LIBRARY + file.name.removesuffix(".story"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".story")
    }
    return dict(sorted(found.items()))


class _Assembly:
    """Collects what the files of a world declare."""

    def __init__(self, root: str | None) -> None:
        self.root = root
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, Source] = {}
        self.open: list[tuple[str, Include | None]] = []
        self.done: set[str] = set()
        self.characters = 0
        self.types: list[Type] = []
        self.entities: list[Entity] = []
        self.properties: list[Property] = []
        self.statements: list[Statement] = []
        self.actions: list[Action] = []
        self.triggers: list[Trigger] = []
        self.processes: list[Process] = []
        self.refinements: list[Refinement] = []
        self.omissions: list[Omission] = []
        self.extents: dict[Span, Span] = {}
        """Where the whole of each event stands, by where its name does."""
        self.utilities: list[Utility] = []
        self.wishes: list[Wish] = []
        self.endings: list[Ending] = []
        self.demands: list[Demand] = []
        self.secrets: list[Secret] = []
        self.acceptances: list[Acceptance] = []
        self.playable: list[Playable] = []
        self.levels: list[Level] = []
        self.singles: dict[type, tuple[int, Title | Author | BeliefDepth | TimeStep | Foresight]] = {}
        self.type_spans: dict[str, Span] = {}
        self.tellings: dict[tuple[str, int, str], Place] = {}
        self.broken: set[str] = set()

    def _say(
        self,
        code: str,
        title: str,
        span: Span | None,
        *,
        label: str = "",
        labels: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, title, span, label, labels, help))

    def file(self, shown: str, real: str, include: Include | None) -> None:
        """Reads one file, unless it has been read already."""
        where = include.span if include is not None else None
        if any(real == opened for opened, _ in self.open):
            self._say(
                "E0115",
                f"`{shown}` includes itself"
                if len(self.open) == 1
                else f"`{shown}` is included while it is being read",
                where,
                labels=tuple(Label(one.span, "through this") for _, one in self.open if one is not None and one.span),
            )
            return
        if real in self.done:
            return
        if len(self.done) >= MAX_FILES:
            self._say("E0113", f"a world consists of {MAX_FILES} files at most", where)
            return
        self.done.add(real)
        try:
            data = content(real)
        except OSError as error:
            meant = isinstance(error, FileNotFoundError) and os.path.isfile(f"{real}.story")
            self._say(
                "E0114",
                f"cannot read `{shown}`: {failure(error)}",
                where,
                help=f'write `include "{include.path}.story";`' if include is not None and meant else None,
            )
            return
        if data is None:
            self._say(
                "E0113",
                f"`{shown}` is longer than {MAX_CHARACTERS:,} bytes",
                where,
                help="a world may be spread over several files with `include`",
            )
            return
        text, diagnostics = decode(data, shown)
        self.diagnostics += diagnostics
        if diagnostics:
            self.sources[shown] = Source(shown, text)
            return
        self.open.append((real, include))
        self.text(text, shown, real)
        self.open.pop()

    def text(self, text: str, path: str, real: str | None) -> None:
        """Takes in the definitions of a text."""
        self.sources[path] = Source(path, text)
        self.characters += len(text)
        if len(text) > MAX_CHARACTERS or self.characters > 10 * MAX_CHARACTERS:
            self._say(
                "E0113",
                f"a file has {MAX_CHARACTERS:,} characters at most, and a world ten times as many",
                Span(path, 0, 0),
            )
            return
        parser = Parser(tokenize(text, path, self.diagnostics), self.diagnostics)
        self._take(parser.file(), path, real)
        for name, span in parser.type_spans.items():
            self.type_spans.setdefault(name, span)

    def _take(self, syntax: Syntax, path: str, real: str | None) -> None:
        text = syntax.tokens.text
        for (start, part), offsets in syntax.tellings.items():
            self.tellings[path, start, part] = Place(path, text, offsets)
        self.broken |= syntax.broken
        for definition in syntax.definitions:
            if isinstance(definition.node, Action | Trigger) and definition.node.span is not None:
                self.extents[definition.node.span] = syntax.tokens.span(definition.first, definition.last)
            match definition.node:
                case Statement() as node:
                    self.statements.append(node)
                case Type() as node:
                    self.types.append(node)
                case Entity() as node:
                    self.entities.append(node)
                case Property() as node:
                    self.properties.append(node)
                case Action() as node:
                    self.actions.append(node)
                case Trigger() as node:
                    self.triggers.append(node)
                case Process() as node:
                    self.processes.append(node)
                case Refinement() as node:
                    self.refinements.append(node)
                case Omission() as node:
                    self.omissions.append(node)
                case Utility() as node:
                    self.utilities.append(node)
                case Wish() as node:
                    self.wishes.append(node)
                case Ending() as node:
                    self.endings.append(node)
                case Demand() as node:
                    self.demands.append(node)
                case Secret() as node:
                    self.secrets.append(node)
                case Acceptance() as node:
                    self.acceptances.append(node)
                case Playable() as node:
                    self.playable.append(node)
                case Level() as node:
                    self.levels.append(node)
                case Include() as node:
                    self._include(node, path, real)
                case Title() | Author() | BeliefDepth() | TimeStep() | Foresight() as node:
                    self._single(node)

    def _single(self, node: Title | Author | BeliefDepth | TimeStep | Foresight) -> None:
        """What a world has once. That of the file that includes wins over that of the included one."""
        depth = len(self.open)
        known = self.singles.get(type(node))
        if known is not None and _path(known[1]) == _path(node):
            what = {
                Title: "title",
                Author: "author",
                BeliefDepth: "depth of belief",
                TimeStep: "step of time",
                Foresight: "limit on reasons",
            }[type(node)]
            self._say(
                "E0205",
                f"a world has one {what}",
                node.span,
                labels=(Label(known[1].span, "the first one"),) if known[1].span else (),
            )
        elif known is None or depth < known[0]:
            self.singles[type(node)] = depth, node

    def _include(self, node: Include, path: str, real: str | None) -> None:
        name = node.path
        if name.startswith(LIBRARY):
            self._include_library(node)
            return
        if (
            not name
            or name.startswith("/")
            or any(character in name for character in "\\:\0")
            or not name.isprintable()
        ):
            self._say(
                "E0116",
                "this is not the path of a file in the world's folder",
                node.span,
                help='a path is relative, with `/` between its parts: `include "parts/people.story";`',
            )
            return
        if self.root is None or real is None or real.startswith(LIBRARY):
            self._say("E0114", "a text that is no file cannot include files", node.span)
            return
        target = os.path.realpath(os.path.join(os.path.dirname(real), name))
        lexical = os.path.normpath(os.path.join(os.path.dirname(real), name))
        if not all(one.startswith(self.root.rstrip(os.sep) + os.sep) for one in (target, lexical)):
            self._say(
                "E0116",
                "this file lies outside the world's folder",
                node.span,
                help="nothing outside of it is ever read",
            )
            return
        self.file(os.path.normpath(os.path.join(os.path.dirname(path), name)), target, node)

    def _include_library(self, node: Include) -> None:
        name = node.path
        texts = library()
        if name not in texts:
            near = nearest(name, texts)
            self._say(
                "E0114",
                f"there is no `{name}` in the library",
                node.span,
                help=f"did you mean `{near}`?" if near else f"there is {', '.join(texts)}",
            )
        elif name not in self.done:
            # Its name is no path of a file, which would be absolute.
            self.done.add(name)
            self.open.append((name, node))
            self.text(texts[name], f"<std>/{name.removeprefix(LIBRARY)}.story", name)
            self.open.pop()

    def reading(self) -> Reading:
        """The problem, checked."""
        names = {entity.name: number for number, entity in reversed(list(enumerate(self.entities)))}
        playable = []
        for declared in self.playable:
            for name in declared.names:
                if self._is_known(name, names, "character"):
                    playable.append(name)
                    self.entities[names[name.name]] = replace(self.entities[names[name.name]], playable=True)
        self._place_levels(names)
        title, author, depth, time, foresight = (
            self.singles.get(one, (0, None))[1] for one in (Title, Author, BeliefDepth, TimeStep, Foresight)
        )
        problem = Problem(
            title.text if isinstance(title, Title) else None,
            author.text if isinstance(author, Author) else None,
            tuple(self.types),
            tuple(self.entities),
            tuple(self.properties),
            tuple([statement.expression for statement in self.statements]),
            tuple(self.actions),
            tuple(self.triggers),
            tuple(self.utilities),
            tuple(self.endings),
            tuple(self.demands),
            tuple(self.secrets),
            tuple(self.acceptances),
            depth.depth if isinstance(depth, BeliefDepth) else None,
            tuple(self.processes),
            time if isinstance(time, TimeStep) else None,
            foresight if isinstance(foresight, Foresight) else None,
            tuple(self.levels),
        )
        refiner = Refiner(problem, self.diagnostics, self.tellings, self.broken)
        problem = refiner.adapted(self.refinements, self.omissions)
        before = len(self.diagnostics)
        checker = Checker(
            problem,
            self.diagnostics,
            type_spans=self.type_spans,
            tellings=self.tellings,
            broken=frozenset(self.broken),
            wishes=self.wishes,
        )
        problem = checker.check()
        self.diagnostics[before:] = [self._where_refined(one, refiner) for one in self.diagnostics[before:]]
        for name in playable:
            if not problem.is_a(name.name, "character"):
                self._say("E0306", f"only characters are playable, and `{name.name}` is no character", name.span)
        # What the library offers need not be used.
        diagnostics = tuple(found for found in sort(self.diagnostics) if found.is_error or not _is_of_library(found))
        failed = any(found.is_error for found in diagnostics)
        return Reading(None if failed else problem, diagnostics, self.sources)

    def _where_refined(self, found: Diagnostic, refiner: Refiner) -> Diagnostic:
        """An error within an event that is refined elsewhere, with the places where it is: they may have caused it."""
        for declared, places in refiner.refined.items():
            where, whole = found.span, self.extents.get(declared)
            if (
                found.is_error
                and where
                and whole
                and where.path == whole.path
                and whole.start <= where.start < whole.end
            ):
                return replace(found, labels=(*found.labels, *(Label(one, "refined here") for one in places)))
        return found

    def _is_known(self, name: Name, names: Mapping[str, int], what: str) -> bool:
        """Whether there is an entity of that name; otherwise it is said."""
        if name.name not in names:
            near = nearest(name.name, names)
            hint = f"did you mean `{near}`?" if near else None
            self._say("E0202", f"there is no {what} `{name.name}`", name.span, help=hint)
        return name.name in names

    def _place_levels(self, names: Mapping[str, int]) -> None:
        """Holds that what stands on a level is there, and on no other one."""
        first: dict[str, Name] = {}
        for level in self.levels:
            for name in level.places:
                before = first.setdefault(name.name, name)
                if self._is_known(name, names, "place") and before is not name:
                    self._say(
                        "E0205",
                        f"`{name.name}` is put on a level twice",
                        name.span,
                        labels=tuple(
                            Label(span, "first here") for span in (first[name.name].span,) if span is not None
                        ),
                    )
                first.setdefault(name.name, name)


def _is_of_library(found: Diagnostic) -> bool:
    return found.span is not None and found.span.path.startswith("<std>/")


def _path(node: Title | Author | BeliefDepth | TimeStep | Foresight) -> str | None:
    return None if node.span is None else node.span.path


def content(path: str) -> bytes | None:
    """The bytes of a regular file; None if there are too many."""
    # Opening a pipe or a device could wait for ever, so look first; O_NONBLOCK covers a change in between.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_CHARACTERS + 4)
    finally:
        os.close(descriptor)
    return None if len(data) > MAX_CHARACTERS + 3 else data


def failure(error: OSError) -> str:
    """Why a file cannot be read, in words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or str(error)).lower()

"""The program itself: its exit codes, and help that reads well, with commands and options in groups."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, TypeVar

import click


class Outcome(enum.IntEnum):
    """The exit codes, as ``chekhov --help`` lists them."""

    YES = 0
    """A story was found, a plan is valid, nothing is wrong with a world, what was asked for is done."""
    NO = 1
    """Proved impossible; a plan is not valid; a demand fails or a secret leaks (``check``); something was lost
    (``diff``); a file is not in its normal form (``fmt --check``)."""
    USAGE = 2
    """The command line makes no sense."""
    LIMIT = 3
    """A limit was reached before there was an answer, or before all was proved (``check``)."""
    BAD_INPUT = 4
    """A world, a plan, a condition or a file has errors."""
    FAULT = 70
    """A fault of Chekhov's own."""
    INTERRUPTED = 130
    """Ctrl-C; what had been found by then is printed."""


EXIT_CODES = (
    ("0", "found; valid; nothing wrong; done"),
    ("1", "proved impossible; not valid; a demand fails (check); something lost (diff); not in normal form (fmt)"),
    ("2", "the command line makes no sense"),
    ("3", "a limit was reached before there was an answer, or proof"),
    ("4", "errors in a world, a plan or a condition"),
    ("70", "a fault in Chekhov itself"),
    ("130", "interrupted; what was found by then is printed"),
)


class Option(click.Option):
    """An option under a heading of its own in the help."""

    def __init__(self, *arguments: Any, section: str = "Options", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.section = section

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Nothing: ranges and defaults that matter are told in words."""
        return {}


class Command(click.Command):
    """A command whose help groups its options, and ends with examples."""

    def __init__(self, *arguments: Any, examples: str = "", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        sections["Options"] = sections.pop("Options")
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n" if line.strip() else "\n")


HEADINGS = ("Find stories", "Ask about stories", "Check worlds", "Play", "See stories", "Work on worlds", "Your shell")
"""Those of the commands' list, in its order."""


class Group(click.Group):
    """All commands under the headings that they were declared with, in the order of their declaration."""

    command_class = Command

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.headings: dict[str, list[str]] = {heading: [] for heading in HEADINGS}

    def under(self, heading: str, name: str, **keywords: Any) -> Callable[[Callable[..., Any]], click.Command]:
        """Declares a command under a heading of the help."""
        self.headings[heading].append(name)
        return self.command(name, **keywords)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in self.headings.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands))
        for heading, names in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), self.commands[name].get_short_help_str(200)) for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)
        formatter.write_paragraph()
        formatter.write_text(
            "chekhov COMMAND --help says more about each. A plan is a file with an act on each line, walk(Tom, Home, "
            "Market), and # for comments; - reads it from standard input."
        )


_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def options(*decorators: Callable[[Any], Any]) -> Callable[[_Decorated], _Decorated]:
    """Several options as one decorator."""

    def decorate(function: _Decorated) -> _Decorated:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"chekhov {version('chekhov')}")
        ctx.exit()


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Story worlds in, motivated stories out.

    Chekhov finds the shortest story that reaches an ending, in which every act has a reason in the one who does it, and
    proves that none is shorter, or that there is none.
    """

"""Commands that work on worlds (``fmt``, ``explain``), and the one that serves the shell."""

from __future__ import annotations

import sys

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.options import complete_codes, json_option
from chekhov.cli.output import colour_on, echo, print_json, replace_file, warn
from chekhov.cli.reading import STANDARD_INPUT, read_text


@cli.under(
    "Work on worlds",
    "fmt",
    short_help="Put worlds into their normal form.",
    examples="""
        chekhov fmt worlds/*.story
        chekhov fmt --diff worlds/heist.story
        chekhov fmt < draft.story > heist.story
    """,
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@click.option("--check", is_flag=True, cls=Option, help="Change nothing; end with 1 if something would change.")
@click.option("--diff", is_flag=True, cls=Option, help="Change nothing; print what would change.")
@json_option
def fmt(files: tuple[str, ...], check: bool, diff: bool, as_json: bool) -> Outcome:
    """Put worlds into their normal form: one way to indent and to space, and every bracket that the reading needs.

    Files are changed in place. Without a file, or with -, the world comes from standard input and its normal form goes
    to standard output. A file with syntax errors stays as it is.
    """
    from chekhov import lang
    from chekhov.diagnostics import ChekhovError, Source

    changed: list[str] = []
    rejected = False
    for path in files or ("-",):
        text = read_text(path)
        shown = STANDARD_INPUT if path == "-" else path
        try:
            formatted = lang.format_text(text, shown)
        except ChekhovError as error:
            warn(error.diagnostics, {shown: Source(shown, text)})
            rejected = True
            continue
        if formatted != text:
            changed.append(shown)
        if diff:
            _print_diff(text, formatted, shown)
        elif path == "-":
            if not check:
                echo(formatted, nl=False)
        elif formatted != text and not check:
            replace_file(path, formatted)
            echo(f"formatted {path}", err=True)
        elif formatted != text:
            echo(f"not in its normal form: {path}", err=True)
    if as_json and (files and "-" not in files):
        print_json({"changed": changed})
    if rejected:
        return Outcome.BAD_INPUT
    return Outcome.NO if changed and (check or diff) else Outcome.YES


def _print_diff(before: str, after: str, path: str) -> None:
    import difflib

    colours = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"} if colour_on(sys.stdout) else {}
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    for line in lines:
        colour = colours.get(line[:1])
        echo(f"{colour}{line}\x1b[0m" if colour else line)


@cli.under(
    "Work on worlds",
    "explain",
    short_help="Explain an error or a warning.",
    examples="""
        chekhov explain E0201
        chekhov explain
    """,
)
@click.argument("code", required=False, shell_complete=complete_codes)
@json_option
def explain(code: str | None, as_json: bool) -> None:
    """Explain a code such as E0201: what it means, an example, and what to do. Without a code, list them all."""
    from dataclasses import asdict

    from chekhov import diagnostics

    if code is None:
        entries = diagnostics.codes().values()
        if as_json:
            print_json([asdict(entry) for entry in entries])
        else:
            for entry in entries:
                echo(f"{entry.code}  {entry.title}")
        return
    found = diagnostics.explain(code)
    if found is None:
        raise click.BadParameter(f"there is no code {code!r}; 'chekhov explain' lists them", param_hint="'CODE'")
    if as_json:
        print_json(asdict(found))
    else:
        echo(f"{found.code}  {found.title}\n\n{found.plain}")


@cli.under(
    "Your shell",
    "completion",
    short_help="Print a script that completes commands, options, endings and codes.",
    examples="""
        chekhov completion bash > ~/.local/share/bash-completion/completions/chekhov
        chekhov completion zsh > ~/.zfunc/_chekhov
        chekhov completion fish > ~/.config/fish/completions/chekhov.fish
    """,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, to be put where the examples say."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    echo(kind(cli, {}, "chekhov", "_CHEKHOV_COMPLETE").source())

"""The command line: what an author types, and what comes back.

Every command keeps to the same rules. What was asked for goes to standard output; errors, warnings and progress go to
standard error. ``--json`` prints one JSON object in place of text. Colour and progress appear on a terminal only, and
``NO_COLOR`` is respected. How it ended is in the exit code (:class:`Outcome`).

Modules are imported in the commands, so that ``chekhov --help`` and completion do not wait for what they do not use.
"""

try:
    from chekhov.cli import checks, pictures, playing, serving, stories, worlds  # each declares its commands
    from chekhov.cli.application import EXIT_CODES, Outcome, cli
    from chekhov.cli.process import main
except KeyboardInterrupt:  # Ctrl-C right after the start: `main`, which would see to it, is not there yet.
    raise SystemExit(130) from None

__all__ = ["EXIT_CODES", "Outcome", "checks", "cli", "main", "pictures", "playing", "serving", "stories", "worlds"]

"""``python -m chekhov``: the command line."""

from chekhov.cli import main

if __name__ == "__main__":
    main()

"""Stories played in a browser."""

from chekhov.web.application import application

__all__ = ["application"]

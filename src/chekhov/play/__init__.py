"""A reader in the story: one of the characters is theirs, and the others follow their own plans."""

from chekhov.play.session import Ambiguous, Choice, Move, Passage, Record, RefusedError, Session, View

__all__ = ["Ambiguous", "Choice", "Move", "Passage", "Record", "RefusedError", "Session", "View"]

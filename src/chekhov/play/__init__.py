"""A reader in the story: one of the characters is theirs, and the others follow their own plans."""

from chekhov.play.session import MASTER, Move, Passage, Record, RefusedError, Session, View
from chekhov.play.wording import Ambiguous, Choice

__all__ = ["MASTER", "Ambiguous", "Choice", "Move", "Passage", "Record", "RefusedError", "Session", "View"]

"""The language: text → problem → text.

>>> reading = parse("entity Tom : character; property alive(who : character) : boolean; alive(Tom);")
>>> reading.problem.entities[0].name
'Tom'
"""

from chekhov.lang.reading import Reading, check, parse, read

__all__ = ["Reading", "check", "parse", "read"]

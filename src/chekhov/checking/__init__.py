"""Checking: every moment that the stories of a world can reach, and what its author needs to know of them.

:func:`check` explores a world and says what it found as a :class:`~chekhov.checking.findings.Report`; :func:`path`
gives the shortest story to a moment; :func:`diff` says what an edit did to a world's stories. What is shown, and how,
reads these answers alone.

Example
-------
>>> from chekhov import lang
>>> problem = lang.parse('''
...     entity Tom : character;
...     property hungry(who : character) : boolean;
...     property fed(who : character) : boolean;
...     hungry(Tom);
...     action eat(who : character) { precondition: hungry(who); effect: fed(who) & !hungry(who); consenting: who; };
...     action wait(who : character) { precondition: hungry(who); effect: !hungry(who); consenting: who; };
...     utility(Tom): if(fed(Tom)) 1 else 0;
...     ending full: fed(Tom);
...     demand: never fed(Tom) & hungry(Tom);
... ''').problem
>>> report = check(problem)
>>> report.extent.moments, report.endings[0].reachable, report.demands[0].verdict
(2, True, 'holds')
>>> [finding.name for finding in report.findings]
['never_wanted(wait)']
"""

from chekhov.checking.difference import Difference, diff
from chekhov.checking.findings import Report
from chekhov.checking.paths import PathAnswer, path
from chekhov.checking.reports import GAMES, check

__all__ = ["GAMES", "Difference", "PathAnswer", "Report", "check", "diff", "path"]

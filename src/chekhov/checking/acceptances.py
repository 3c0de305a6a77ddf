"""What the author accepts: findings that are lived with, and the reason why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chekhov.checking.findings import Finding
from chekhov.checking.patterns import parted
from chekhov.model import Acceptance


class Acceptances:
    """The acceptances of a world, and which of them have found anything to accept."""

    def __init__(self, declared: Sequence[Acceptance]) -> None:
        self._declared = declared
        self._used: set[int] = set()

    def parts(self, kind: str, instances: Iterable[str]) -> Iterator[tuple[str | None, list[str]]]:
        """The instances of which the author does not accept a finding of some kind, and then those of which they do,
        with the reason for it."""
        found: dict[int | None, list[str]] = {None: []}
        for instance in instances:
            found.setdefault(self._covering(kind, instance), []).append(instance)
        for number, part in found.items():
            if part:
                yield None if number is None else self._declared[number].reason, part

    def apply(self, finding: Finding) -> Finding:
        """The finding with the author's reason to accept it, if they do."""
        if finding.accepted is not None:
            return finding
        number = self._covering(finding.kind, finding.subject)
        return finding if number is None else replace(finding, accepted=self._declared[number].reason)

    def stale(self, certain: bool) -> Iterator[Finding]:
        """A finding for each acceptance of something that was not found."""
        for number, acceptance in enumerate(self._declared):
            if number not in self._used:
                name = acceptance.kind if acceptance.subject is None else f"{acceptance.kind}({acceptance.subject})"
                yield Finding(
                    "stale_acceptance",
                    "warning",
                    name,
                    f"`{name}` is accepted, but it is no longer found.",
                    proved=certain,
                    help="remove the acceptance",
                    span=acceptance.span,
                )

    def _covering(self, kind: str, subject: str | None) -> int | None:
        """The number of the first acceptance of a finding; what is accepted of an action or property as a whole is
        accepted of all its instances."""
        name = None if subject is None else parted(subject)[0]
        found = [
            number
            for number, acceptance in enumerate(self._declared)
            if acceptance.covers(kind, subject)
            or (acceptance.kind == kind and name is not None and acceptance.subject == name)
        ]
        self._used.update(found)
        return found[0] if found else None

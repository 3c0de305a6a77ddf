"""Storylines: who meets whom when, and the public files that hold such data.

Read are lists of *meetings* with members and times in JSON, as research on crossings uses them (the movie data of
Gronemann and others, after Tanahashi and Ma), and *sessions* by character, as iStoryline has them in JSON and in XML.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

from chekhov.diagnostics import ChekhovError, Diagnostic


@dataclass(frozen=True, slots=True)
class Layer:
    """A stretch of time in which nobody comes, goes, or meets somebody else: groups of people (numbers, in order) who
    stand together; who is alone is a group of one. ``places`` are the names of where the groups are, if it is known."""

    groups: tuple[tuple[int, ...], ...]
    time: float
    title: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Storyline:
    """People, and the layers in which they stand together, in order of time."""

    people: tuple[str, ...]
    layers: tuple[Layer, ...]


def read_storyline(text: str, path: str = "<text>") -> Storyline:
    """The storyline in a file. Raises :class:`~chekhov.diagnostics.ChekhovError` E0801 for what is none."""
    try:
        if text.lstrip().startswith("<"):
            return _of_sessions(_of_xml(text))
        data = json.loads(text)
        if "Story" in data:
            return _of_sessions(data["Story"]["Characters"])
        return _of_meetings(data["meetings"], data.get("characters", []))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ParseError) as error:
        title = f"{path} holds no storyline that can be read"
        help = "JSON with `meetings` (members, time_starting, time_ending), or iStoryline's `Story`, in JSON or XML"
        raise ChekhovError([Diagnostic("E0801", f"{title}: {type(error).__name__}: {error}", help=help)]) from None


def _of_xml(text: str) -> dict[str, list[dict[str, Any]]]:
    """iStoryline's characters as its JSON has them. A file that declares entities of its own is not read."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("it declares a document type")
    found: dict[str, list[dict[str, Any]]] = {}
    for character in ElementTree.fromstring(text).iterfind("./Characters/Character"):
        spans = [{name: span.attrib[name] for name in ("Start", "End", "Session")} for span in character.iter("Span")]
        found.setdefault(character.attrib["Name"], []).extend(spans)
    if not any(found.values()):
        raise ValueError("it has no `Characters` with a `Span`")
    return {name: spans for name, spans in found.items() if spans}


def _of_meetings(meetings: Sequence[Any], characters: Sequence[Any]) -> Storyline:
    named = {one["id"]: str(one.get("name", one["id"])) for one in characters}
    lives = {one["id"]: one for one in characters}
    ids = sorted({member for meeting in meetings for member in meeting["members"]})
    number = {identity: i for i, identity in enumerate(ids)}
    # A meeting lasts until its last moment, which is its own.
    spans = [
        (float(one["time_starting"]), float(one["time_ending"]) + 1, tuple(sorted({number[m] for m in one["members"]})))
        for one in meetings
    ]
    first = {p: min(begin for begin, _, members in spans if p in members) for p in range(len(ids))}
    last = {p: max(end for _, end, members in spans if p in members) for p in range(len(ids))}
    # On stage from birth to death, where the file says when that is; otherwise from the first meeting to the last.
    presence = []
    for p, identity in enumerate(ids):
        life = lives.get(identity, {})
        births, deaths = life.get("births") or [first[p]], life.get("deaths") or [last[p] - 1]
        presence.append([(float(birth), float(death) + 1) for birth, death in zip(births, deaths, strict=True)])
    return storyline([named.get(identity, str(identity)) for identity in ids], spans, presence)


def _of_sessions(characters: dict[str, Any]) -> Storyline:
    names = list(characters)
    together: dict[tuple[float, float, Any], set[int]] = {}
    presence: list[list[tuple[float, float]]] = []
    for number, name in enumerate(names):
        spans = [(float(one["Start"]), float(one["End"]), one["Session"]) for one in characters[name]]
        presence.append([(min(begin for begin, _, _ in spans), max(end for _, end, _ in spans))])
        for begin, end, session in spans:
            together.setdefault((begin, end, session), set()).add(number)
    # Those of a session need not come and go at once.
    cuts = sorted({time for begin, end, _ in together for time in (begin, end)})
    meetings = []
    for begin, end in itertools.pairwise(cuts):
        groups: dict[Any, set[int]] = {}
        for (start, stop, session), members in together.items():
            if start < end and stop > begin:
                groups.setdefault(session, set()).update(members)
        meetings += [(begin, end, tuple(sorted(members))) for members in groups.values()]
    return storyline(names, meetings, presence)


def storyline(
    people: Sequence[str],
    meetings: Sequence[tuple[float, float, tuple[int, ...]]],
    presence: Sequence[Sequence[tuple[float, float]]],
) -> Storyline:
    """The layers of meetings (from, to, members), where each of the people is on stage in some stretches of time."""
    cuts = sorted(
        {time for begin, end, _ in meetings for time in (begin, end)}
        | {time for spans in presence for span in spans for time in span}
    )
    layers: list[Layer] = []
    for begin, end in itertools.pairwise(cuts):
        groups = _apart([members for start, stop, members in meetings if start < end and stop > begin])
        met = {member for group in groups for member in group}
        here = {p for p, spans in enumerate(presence) if any(start < end and stop > begin for start, stop in spans)}
        groups += [(p,) for p in sorted(here - met)]
        layer = tuple(sorted(set(groups)))
        if layer and (not layers or layers[-1].groups != layer):
            layers.append(Layer(layer, begin))
    return Storyline(tuple(people), tuple(layers))


def _apart(groups: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Groups as sets that share nobody: whoever is in two of them brings these together."""
    found: list[set[int]] = []
    for group in groups:
        members = set(group)
        for other in [one for one in found if one & members]:
            found.remove(other)
            members |= other
        found.append(members)
    return [tuple(sorted(members)) for members in found]

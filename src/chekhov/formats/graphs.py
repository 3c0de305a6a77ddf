"""Graphs as others read them: DOT (Graphviz) and GraphML (networkx, Gephi, yEd, igraph).

A graph has boxes and arrows with any fields; a field of a box that is missing in another is left open there. All
text is quoted as the format wants it, whatever it holds; control characters are shown as signs.

Example
-------
>>> boxes = Box("a", {"moments": 3}), Box('say "b"', {}, "late")
>>> graph = Graph("Two", boxes, (Arrow(0, 1, "go"),), {"late": "Too late"})
>>> print(to_dot(graph))
digraph {
  label="Two";
  node [shape=box];
  n0 [label="a", moments="3"];
  subgraph cluster_late {
    label="Too late";
    n1 [label="say \\"b\\""];
  }
  n0 -> n1 [label="go"];
}
<BLANKLINE>
>>> "<data key=\\"n_moments\\">3</data>" in to_graphml(graph)
True
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chekhov.diagnostics import visible

Field = str | int | bool


@dataclass(frozen=True, slots=True)
class Box:
    """A box: what is written in it (lines with newlines between them), its fields, the group that it is in, its
    colour."""

    label: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    group: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow between two boxes, by their numbers."""

    source: int
    target: int
    label: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes and arrows under a title; ``groups`` by name, with what is written on them."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    groups: Mapping[str, str] = field(default_factory=dict)


def to_dot(graph: Graph) -> str:
    """The graph in the DOT language, a cluster for each group."""

    def box(number: int, one: Box) -> str:
        style = {} if one.colour is None else {"color": one.colour, "penwidth": "2"}
        return f"n{number}{_attributes({'label': one.label, **one.fields, **style})};"

    lines = ["digraph {", f"  label={_quoted(graph.title)};", "  node [shape=box];"]
    lines += [f"  {box(n, one)}" for n, one in enumerate(graph.boxes) if one.group is None]
    for group, label in graph.groups.items():
        lines += [f"  subgraph cluster_{group} {{", f"    label={_quoted(label)};"]
        lines += [f"    {box(n, one)}" for n, one in enumerate(graph.boxes) if one.group == group]
        lines.append("  }")
    for arrow in graph.arrows:
        style = {} if arrow.colour is None else {"color": arrow.colour}
        attributes = _attributes({"label": arrow.label, **arrow.fields, **style})
        lines.append(f"  n{arrow.source} -> n{arrow.target}{attributes};")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(fields: Mapping[str, Field]) -> str:
    inner = ", ".join(f"{_name(name)}={_quoted(_text(value))}" for name, value in fields.items())
    return f" [{inner}]" if inner else ""


def _name(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _quoted(name)


def _quoted(text: str) -> str:
    # Within quotes a backslash begins an escape of Graphviz's own, such as \N for the node's name.
    lines = (visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'


def to_graphml(graph: Graph) -> str:
    """The graph in GraphML, a ``label`` on each box and arrow, and a key for each field."""
    root = ET.Element("graphml", {"xmlns": "http://graphml.graphdrawing.org/xmlns"})
    boxes: list[dict[str, Field]] = []
    for one in graph.boxes:
        extra = {} if one.colour is None else {"colour": one.colour}
        group = {} if one.group is None else {"group": graph.groups[one.group]}
        boxes.append({"label": one.label, **one.fields, **group, **extra})
    arrows: list[dict[str, Field]] = [
        {"label": arrow.label, **arrow.fields, **({} if arrow.colour is None else {"colour": arrow.colour})}
        for arrow in graph.arrows
    ]
    keys = {
        (kind, name): f"{kind[0]}_{name}" if name.isascii() and name.isidentifier() else f"{kind[0]}_{number}"
        for kind, all_fields in (("node", boxes), ("edge", arrows))
        for number, name in enumerate(_names(all_fields))
    }
    for (kind, name), key in keys.items():
        values = [one[name] for one in (boxes if kind == "node" else arrows) if name in one]
        ET.SubElement(root, "key", {"id": key, "for": kind, "attr.name": visible(name), "attr.type": _type(values)})
    body = ET.SubElement(root, "graph", {"id": "story", "edgedefault": "directed"})
    ET.SubElement(body, "desc").text = visible(graph.title)
    for number, fields in enumerate(boxes):
        _filled(ET.SubElement(body, "node", {"id": f"n{number}"}), "node", fields, keys)
    for number, (arrow, fields) in enumerate(zip(graph.arrows, arrows, strict=True)):
        ends = {"id": f"e{number}", "source": f"n{arrow.source}", "target": f"n{arrow.target}"}
        _filled(ET.SubElement(body, "edge", ends), "edge", fields, keys)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _names(all_fields: Iterable[Mapping[str, Field]]) -> list[str]:
    return list(dict.fromkeys(name for fields in all_fields for name in fields))


def _type(values: Iterable[Field]) -> str:
    kinds = {type(value) for value in values}
    return {bool: "boolean", int: "int"}.get(kinds.pop(), "string") if len(kinds) == 1 else "string"


def _filled(element: ET.Element, kind: str, fields: Mapping[str, Field], keys: Mapping[tuple[str, str], str]) -> None:
    for name, value in fields.items():
        data = ET.SubElement(element, "data", {"key": keys[kind, name]})
        data.text = "\n".join(visible(line) for line in _text(value).split("\n"))


def _text(value: Field) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Story graphs as files: what other programs read of them, whatever names a world has; the JSON as its schema says."""

from __future__ import annotations

import doctest
import io
import json
from pathlib import Path

import jsonschema
import networkx
import pydot
import pytest
from cli.process import chekhov

from chekhov import lang
from chekhov.charts.chronicle import told
from chekhov.charts.graph import picture
from chekhov.charts.pictures import Picture, Wish
from chekhov.formats import graphs

ROOT = Path(__file__).resolve().parents[2]
WORLD = """
    title "A \\"title\\" \\\\ <b>&";
    entity Ann : character;
    property home(who : character) : boolean;
    property lost(who : character) : boolean;
    action go_home(who : character) { precondition: !lost(who); effect: home(who); };
    action stray(who : character) { precondition: !home(who); effect: lost(who); };
    ending safe "Home \\"\\\\N ]]> & <safe> -->": home(Ann);
    ending gone "\\\\": lost(Ann);
"""


def drawn(wish: Wish | None = None) -> Picture:
    problem = lang.parse(WORLD).problem
    assert problem is not None
    return picture(told(problem, ["go_home(Ann)"]), wish or Wish())


def test_the_json_is_as_its_schema_says() -> None:
    schema = json.loads((ROOT / "docs/graph.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for wish in (Wish(), Wish(fold="chapter"), Wish(fold="none"), Wish(of=("gone",))):
        jsonschema.validate(drawn(wish).data, schema)
    assert drawn().data["told"][1] == {"beat": 1, "text": "go_home(Ann)", "node": 1}


def test_networkx_reads_graphml() -> None:
    text = drawn().files[".graphml"]()
    graph = networkx.read_graphml(io.BytesIO(text.encode()))
    assert list(graph.nodes) == ["n0", "n1", "n2"]
    assert graph.nodes["n0"]["moments"] == 1
    assert graph.nodes["n1"]["too_late"] is False
    assert graph.nodes["n1"]["ending safe"] == "here"
    assert graph.nodes["n1"]["label"].startswith('Home "\\N ]]> &')
    assert graph.nodes["n2"]["group"] == 'Too late for Home "\\N ]]> & <safe> -->'
    assert [(s, t, data["acts"], data["loses"]) for s, t, data in graph.edges(data=True)] == [
        ("n0", "n1", "go_home(Ann)", "gone"),
        ("n0", "n2", "stray(Ann)", "safe"),
    ]


# pydot asks for names that pyparsing has given up.
of_pydot = pytest.mark.filterwarnings("ignore:.* deprecated - use:DeprecationWarning")


@of_pydot
def test_pydot_reads_dot() -> None:
    text = drawn().files[".dot"]()
    read = pydot.graph_from_dot_data(text)
    assert read is not None
    (graph,) = read
    assert {node.get_name() for node in graph.get_nodes()} == {"n0", "n1", "node"}
    assert [(edge.get_source(), edge.get_destination(), edge.get("label")) for edge in graph.get_edges()] == [
        ("n0", "n1", '"go_home(Ann)"'),
        ("n0", "n2", '"stray(Ann)"'),
    ]
    (cluster,) = graph.get_subgraphs()
    assert cluster.get("label") == '"Too late for Home \\"\\\\N ]]> & <safe> -->"'
    assert [node.get_name() for node in cluster.get_nodes()] == ["n2"]


@of_pydot
def test_what_no_file_can_hold_is_shown_as_a_sign() -> None:
    graph = graphs.Graph(
        "\x00", (graphs.Box('\x1b\n"', {"\x00": "\u202e"}), graphs.Box("b")), (graphs.Arrow(0, 1, "]]>"),)
    )
    dot = pydot.graph_from_dot_data(graphs.to_dot(graph))
    assert dot is not None
    assert [node.get_name() for node in dot[0].get_nodes()] == ["node", "n0", "n1"]
    read = networkx.read_graphml(io.BytesIO(graphs.to_graphml(graph).encode()))
    assert read.nodes["n0"] == {"label": '\ufffd\n"', "\ufffd": "\ufffd"}


def test_the_examples_hold() -> None:
    assert doctest.testmod(graphs).failed == 0
    assert doctest.testmod(graphs).attempted > 0


@pytest.mark.parametrize(
    ("suffix", "begins"), [("dot", "digraph {"), ("graphml", "<?xml"), ("json", '{\n  "version": 1'), ("svg", "<svg")]
)
def test_the_suffix_says_what_is_written(tmp_path: Path, suffix: str, begins: str) -> None:
    file = tmp_path / f"graph.{suffix}"
    arguments = ("show", str(ROOT / "worlds/letter.story"), "--picture", "graph", "--fold", "endings", "-o", str(file))
    assert chekhov(*arguments).returncode == 0
    assert file.read_text(encoding="utf-8").startswith(begins)
    assert chekhov(*arguments[:-1], f"{tmp_path}/again.{suffix}").returncode == 0
    assert (tmp_path / f"again.{suffix}").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--picture", "graph", "-o", "x.gif"), "x.gif ends in none of"),
        (("--picture", "map", "-o", "x.dot"), "x.dot ends in none of"),
        (("--picture", "map", "--fold", "place"), "are of story graphs"),
        (("--picture", "graph", "--fold", "chapter"), "error[E0803]"),
        (("--picture", "graph", "--fold", "place", "--unfolded"), "leave --fold and --most out"),
        (("--picture", "graph", "--unfolded"), "error[E0802]: 3,033 moments are too many"),
        (("--picture", "graph", "--of", "Nobody"), "there is no 'Nobody'"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: tuple[str, ...], said: str) -> None:
    asked = chekhov("show", str(ROOT / "worlds/heist.story"), *arguments)
    assert asked.returncode in (2, 4)
    assert said in asked.stderr
    assert "Traceback" not in asked.stderr

"""Demands, secrets and acceptances: how they are written, and what can be wrong with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lang.test_printing import expressions, words

from chekhov.diagnostics import Diagnostic, Source, render_all
from chekhov.lang import (
    check,
    format_demand,
    format_problem,
    format_text,
    parse,
    parse_condition,
    parse_demand,
)
from chekhov.lang.nodes import Node
from chekhov.lang.parser import Parser
from chekhov.lang.printer import format_node, indented
from chekhov.lang.syntax import tokenize
from chekhov.model import (
    FORMS,
    KINDS,
    TRUE,
    Acceptance,
    Action,
    And,
    Assignment,
    Believes,
    Comparison,
    Demand,
    Done,
    EndingTerm,
    FluentTerm,
    Group,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Problem,
    Secret,
    canonical_subject,
)

WORLD = """\
type place;
entity Tom : character;
entity Ann : character;
entity Home : place;
entity Shop : place;
property at(who : character) : place;
property deal() : boolean;
property killer() : character;
property side(who : character) : place;
at(Tom) = Home;
at(Ann) = Home;
killer() = Tom;
side(Tom) = Home;
action walk(who : character, to : place) {
	precondition: at(who) != to;
	effect: at(who) = to;
	consenting: who;
};
action shake(one : character, other : character) {
	precondition: !deal() & one != other;
	effect: deal();
	consenting: one, other;
	observing(c : character): c == one | c == other;
};
action move(who : character) { effect: at(who) = Home; };
action move(where : place) { effect: forall(c : character) at(c) = where; };
trigger ring() { precondition: at(Tom) == Shop; effect: !deal() & at(Tom) = Home; };
utility(Tom): if(deal()) 1 else 0;
utility(Ann): if(at(Ann) == Shop & side(Ann) == Home & killer() == Tom) 1 else 0;
ending out "All out": at(Tom) == Shop & at(Ann) == Shop;
"""


def problem(text: str = WORLD) -> Problem:
    reading = parse(text)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    return reading.problem


PROBLEM = problem()


def read(text: str) -> Problem:
    """The world with further definitions, about which there is nothing to say."""
    reading = parse(WORLD + text)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)
    assert parse(format_problem(reading.problem)).problem == reading.problem
    return reading.problem


WALK = Done("walk", (None, Name("Home")))
DEAL = FluentTerm("deal")


# Demands


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("demand d: always deal();", Demand("d", None, "always", DEAL)),
        ('demand d "The deal": never deal();', Demand("d", "The deal", "never", DEAL)),
        ('demand "The deal": possible deal();', Demand(None, "The deal", "possible", DEAL)),
        ("demand: inevitable deal();", Demand(None, None, "inevitable", DEAL)),
        ("demand always deal();", Demand(None, None, "always", DEAL)),
        ("demand always: never deal();", Demand("always", None, "never", DEAL)),
        ("demand deal() before ending(out);", Demand(None, None, "before", DEAL, EndingTerm("out"))),
        ("demand !deal() until done(walk(_, Home));", Demand(None, None, "until", Not(DEAL), WALK)),
        ("demand (deal()) until done(walk(_,Home));", Demand(None, None, "until", DEAL, WALK)),
        ("demand: never (deal());", Demand(None, None, "never", DEAL)),
        (
            "demand d: deal() | deal() until done(walk(_, Home)) | !deal();",
            Demand("d", None, "until", Or((DEAL, DEAL)), Or((WALK, Not(DEAL)))),
        ),
        (
            "demand: never believes(Ann, ending(out));",
            Demand(None, None, "never", Believes(Name("Ann"), EndingTerm("out"))),
        ),
    ],
)
def test_demands(text: str, demand: Demand) -> None:
    if text.startswith("demand ("):
        text = text.replace("demand (", "demand: (")
    assert read(text).demands == (demand,)


def test_a_demand_is_no_mere_condition() -> None:
    both = "demand: always deal() before ending(out);"
    assert [found.code for found in parse(WORLD + both).diagnostics] == ["E0117"]


def test_demands_as_text() -> None:
    def normal(text: str) -> str:
        (demand,) = read(text).demands
        return format_demand(demand)

    assert normal('demand x "y": never done(walk(_,Home));') == "never done(walk(_, Home))"
    assert normal("demand deal() & at(Tom) == Home until deal();") == "(deal() & at(Tom) == Home) until deal()"
    assert normal("demand: if(deal()) deal() else !deal() before !ending(out);") == (
        "(if(deal()) deal() else (!deal())) before !ending(out)"
    )
    assert normal("demand: exists(c : character) done(walk(c, _)) until deal();") == (
        "exists(c : character) done(walk(c, _)) until deal()"
    )


def test_the_words_of_demands_are_names_as_well() -> None:
    text = """\
type from; type all;
entity demand : character; entity always : character; entity until : from;
property demand(demand : character) : boolean;
property secret(who : character) : from;
property accept() : number;
property done(what : from) : boolean;
property ending(what : from) : boolean;
property before() : from;
property where(who : character) : boolean;
property always(who : character) : boolean;
demand(demand); secret(always) = until; accept() = 3; done(before()); ending(until); before() = until; where(demand);
always(always);
utility(demand): if(done(before()) & ending(until) & demand(demand) & where(demand) & always(always)) accept() else 0;
utility(always): if(secret(demand) == until) 1 else 0;
action act() { precondition: !done(until); effect: done(until) & ending(until) & !demand(demand); consenting: demand; };
demand before: (always(demand)) before done(before()) & ending(until);
demand until: before() == until until until == until;
demand done: never always(demand) & done(act());
secret demand: secret(demand) from demand, all(all : character) where where(all) until until == until;
secret accept from always;
"""
    reading = parse(text)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    assert {found.code for found in reading.diagnostics} <= {"W0106", "W0107", "W0108", "W0112", "W0105"}
    before, until, done = reading.problem.demands
    inner = FluentTerm("done", (FluentTerm("before"),))
    assert before.form == "before"
    assert before.other == And((inner, FluentTerm("ending", (Name("until"),))))
    assert (until.form, until.other) == ("until", Comparison("==", Name("until"), Name("until")))
    assert done.condition == And((FluentTerm("always", (Name("demand"),)), Done("act")))
    assert reading.problem.secrets[1].content == FluentTerm("accept")
    assert parse(format_problem(reading.problem)).problem == reading.problem
    assert format_text(format_text(text)) == format_text(text)


# Secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("secret deal from Ann;", Secret("deal", None, DEAL, (Name("Ann"),))),
        ('secret deal "The deal" from Ann, Tom;', Secret("deal", "The deal", DEAL, (Name("Ann"), Name("Tom")))),
        ("secret deal: !deal() from Ann;", Secret("deal", None, Not(DEAL), (Name("Ann"),))),
        ("secret who: killer() from Ann;", Secret("who", None, FluentTerm("killer"), (Name("Ann"),))),
        ("secret: deal() from Ann until done(walk(_, Home));", Secret(None, None, DEAL, (Name("Ann"),), WALK)),
        ('secret "x": deal() from Ann;', Secret(None, "x", DEAL, (Name("Ann"),))),
        ("secret deal() from Ann;", Secret(None, None, DEAL, (Name("Ann"),))),
        (
            "secret deal from Tom, all(c : character) where side(c) == Home;",
            Secret(
                "deal",
                None,
                DEAL,
                (
                    Name("Tom"),
                    Group(
                        Parameter("c", "character"),
                        Comparison("==", FluentTerm("side", (Name("c"),)), Name("Home")),
                    ),
                ),
            ),
        ),
        ("secret deal from all(c : character);", Secret("deal", None, DEAL, (Group(Parameter("c", "character")),))),
    ],
)
def test_secrets(text: str, secret: Secret) -> None:
    assert read(text).secrets == (secret,)


def test_the_short_form_is_the_normal_one() -> None:
    text = format_problem(read("secret deal : deal() from Ann until ending(out);"))
    assert text.endswith("\nsecret deal from Ann until ending(out);\n")


# Acceptances


@pytest.mark.parametrize(
    ("text", "kind", "subject"),
    [
        ('accept never_wanted(walk( Tom,Home )) "r";', "never_wanted", "walk(Tom, Home)"),
        ('accept never_wanted(walk(_, Home)) "r";', "never_wanted", "walk(_, Home)"),
        ('accept dead_end "r";', "dead_end", None),
        ('accept demand(no_shots) "r";', "demand", "no_shots"),
        ('accept false_belief(at(Tom) == (Home)) "r";', "false_belief", "at(Tom) == (Home)"),
    ],
)
def test_acceptances(text: str, kind: str, subject: str | None) -> None:
    assert read(text).acceptances == (Acceptance(kind, subject, "r"),)


def test_what_an_acceptance_covers() -> None:
    some = Acceptance("never_wanted", "pull(_, Rope)", "r")
    assert some.covers("never_wanted", "pull(Clarke, Rope)")
    assert some.covers("never_wanted", "pull(_, Rope)")
    assert not some.covers("never_wanted", "pull(Clarke, Chain)")
    assert not some.covers("never_wanted", "push(Clarke, Rope)")
    assert not some.covers("never_wanted", "pull(Clarke, Rope, Door)")
    assert not some.covers("never_possible", "pull(Clarke, Rope)")
    assert not some.covers("never_wanted", None)
    whole = Acceptance("never_wanted", "pull", "r")
    assert whole.covers("never_wanted", "pull")
    assert whole.covers("never_wanted", "pull(Clarke, Rope)")
    assert not whole.covers("never_wanted", "pull(Clarke) & pull(Ann)")
    assert not whole.covers("never_wanted", "pulled(Clarke)")
    every = Acceptance("never_wanted", None, "r")
    assert every.covers("never_wanted", "pull(Clarke, Rope)")
    assert every.covers("never_wanted", None)
    assert not every.covers("leak", None)


@pytest.mark.parametrize("text", ["a", "a(b, c)", "a((b), (c)) & d", "a == b", "!a(b)", "at(Tom) != Home", ""])
def test_subjects_as_reports_write_them(text: str) -> None:
    assert canonical_subject(text) == text
    assert canonical_subject(text.replace(",", " ,").replace("(", "( ").replace(")", " )")) == text


# What is wrong

_FORMS = "write `always …`, `never …`, `possible …`, `inevitable …`, `… before …` or `… until …`"
_BETWEEN = "`until` stands between the two conditions of a demand, not within one"
_REASON = 'give the reason: `accept … "She thinks of it, and that is all.";`'
MISTAKES = [
    (
        "demand: deal();",
        "E0117",
        "write `always …`, `never …`, `possible …`, `inevitable …`, `… before …` or `… until …`",
    ),
    ("demand d: alway deal();", "E0117", "did you mean `always`?"),
    ("demand d: nevr(deal());", "E0117", "did you mean `never`?"),
    ("demand d never deal();", "E0104", None),
    ('demand "d" never deal();', "E0104", None),
    ("demand d: always;", "E0104", None),
    ("demand d: deal() before;", "E0104", None),
    ("demand d: always deal() until deal();", "E0117", None),
    ("demand d: deal() before deal() until deal();", "E0107", None),
    (
        "demand d: always (deal() until deal());",
        "E0107",
        "`until` stands between the two conditions of a demand, not within one",
    ),
    ("demand d: always at(Tom);", "E0301", "compare it: `… == …`"),
    ("demand d: always dael();", "E0201", "did you mean `deal`?"),
    ("demand d: never done(wlak(Tom, Home));", "E0208", "did you mean `walk`?"),
    ("demand d: never done(ring());", "E0208", "only an act is done; triggers happen by themselves"),
    ("demand d: never done(walk(Tom));", "E0302", "write `walk(who, to)`, with `_` for any argument"),
    ("demand d: never done(walk(Tom, Ann));", "E0303", None),
    ("demand d: never done(walk(Tim, _));", "E0202", "did you mean `Tom`?"),
    ("demand d: never done(walk(at(Tom), _));", "E0104", "the arguments of an act are names, or `_` for any"),
    ("demand d: never done(walk(Tom, _);", "E0106", None),
    ("demand d: never believes(Tom, done(walk(Tom, _)));", "E0309", "let the action set a property, and believe that"),
    ("demand d: never believes(Tom, deal()) == believes(Tom, done(walk(Tom, _)));", "E0309", None),
    (
        "demand d: never walk(Tom, Home);",
        "E0201",
        "`walk` is an action: write `done(walk(…))` for the moment right after it",
    ),
    ("demand d: possible out;", "E0202", "an ending is written `ending(out)`"),
    ("demand d: never ending(owt);", "E0208", "did you mean `out`?"),
    ("demand d: never ending(at(Tom));", "E0309", None),
    ("demand d: never at(_) == Home;", "E0104", None),
    ("demand d: never deal(); demand d: always deal();", "E0205", None),
    ("demand d: never deal(); secret d: deal() from Ann;", "E0205", None),
    ("demand d: never forall(c : characer) deal();", "W0104", "did you mean `character`?"),
    ("utility(): done(walk(Tom, Home));", "E0309", None),
    ("ending two: ending(out);", "E0309", None),
    ("secret deel from Ann;", "E0201", "did you mean `deal`?"),
    ("secret deal;", "E0104", None),
    ("secret deal: deal();", "E0104", "say whom it is kept from: `secret … from Tom;`"),
    ("secret from Ann;", "E0104", None),
    ('secret "x" from Ann;', "E0104", None),
    ("secret deal from Anne;", "E0202", "did you mean `Ann`?"),
    ("secret deal from Home;", "E0306", None),
    ("secret deal from character;", "E0202", "write `all(c : character)` for all of them"),
    ("secret deal from all(c : place);", "E0306", None),
    ("secret deal from all(c : character) where sied(c) == Home;", "E0201", "did you mean `side`?"),
    ("secret deal from Ann until wen();", "E0201", None),
    ("secret deal: Tom from Ann;", "E0301", "a secret is a condition, or the value of a property"),
    ("secret deal: ? from Ann;", "E0301", None),
    ("secret deal: deal() & done(walk(Tom, Home)) from Ann;", "E0309", None),
    ('accept never_wantd(walk(Tom, Home)) "r";', "E0209", "did you mean `never_wanted`?"),
    ('accept nonsense "r";', "E0209", f"the kinds are {', '.join(KINDS)}"),
    (
        "accept never_wanted(walk(Tom, Home));",
        "E0118",
        'give the reason: `accept … "She thinks of it, and that is all.";`',
    ),
    ('accept never_wanted " ";', "E0118", None),
    ('accept never_wanted(walk(Tom, Home) "r";', "E0106", None),
    ('accept never_wanted walk(Tom, Home) "r";', "E0104", None),
    ('accept dead_end "r"; accept dead_end "s";', "W0115", None),
]


@pytest.mark.parametrize(("text", "code", "help"), MISTAKES, ids=[text for text, _, _ in MISTAKES])
def test_mistakes(text: str, code: str, help: str | None) -> None:
    reading = parse(WORLD + text)
    shown = render_all(reading.diagnostics, reading.sources)
    first = next((one for one in reading.diagnostics if one.code == code), None)
    assert first is not None, shown
    assert all(one is first or not one.is_error for one in reading.diagnostics), shown
    if help is not None:
        assert first.help == help, shown
    assert first.span is not None
    assert first.span.start >= len(WORLD), shown


def test_all_mistakes_are_told_at_once() -> None:
    text = 'demand a: dael();\ndemand b: never done(wlak(_, _));\nsecret c: deal() fro Ann;\naccept nothing "r";\n'
    found = parse(WORLD + text + "demand e: never at(Tim) == Home;\n").diagnostics
    assert [one.code for one in found] == ["E0117", "E0208", "E0104", "E0209", "E0202"]


def test_a_definition_without_its_end() -> None:
    found = parse(WORLD + 'demand a: never deal()\nsecret deal from Ann\naccept dead_end "r"\n').diagnostics
    assert [one.title for one in found] == ["`;` is missing", "`;` is missing", "`;` is missing at the end of the text"]


# Programs


def test_programs_make_demands() -> None:
    made = replace(
        PROBLEM,
        demands=(Demand("d", None, "never", Done("walk", (Name("Tom"), None))), Demand(None, "x", "until", DEAL, WALK)),
        secrets=(Secret("who", None, FluentTerm("killer"), (Group(Parameter("c", "character")),)),),
        acceptances=(Acceptance("dead_end", None, "r"),),
    )
    assert not check(made)
    assert parse(format_problem(made)).problem == made


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"demands": (Demand("d", None, "before", DEAL),)}, "E0117"),
        ({"demands": (Demand("d", None, "never", DEAL, DEAL),)}, "E0117"),
        ({"demands": (Demand("d", None, "sometimes", DEAL),)}, "E0117"),  # type: ignore[arg-type]
        ({"demands": (Demand("no name", None, "never", DEAL),)}, "E0105"),
        ({"demands": (Demand("d", None, "never", Done("fly")),)}, "E0208"),
        ({"secrets": (Secret("s", None, Done("walk", (None, None)), (Name("Ann"),)),)}, "E0309"),
        ({"secrets": (Secret("s", None, EndingTerm("out"), (Name("Ann"),)),)}, "E0309"),
        ({"secrets": (Secret("s", None, DEAL, ()),)}, "E0306"),
        ({"secrets": (Secret("s", None, DEAL, (Group(Parameter("a b", "character")),)),)}, "E0105"),
        ({"acceptances": (Acceptance("dead_end", "walk(Tom", "r"),)}, "E0106"),
        ({"acceptances": (Acceptance("dead_end", "a; b", "r"),)}, "E0106"),
        ({"acceptances": (Acceptance("dead_end", None, ""),)}, "E0118"),
        ({"actions": (Action("a", (), Done("a"), Assignment(DEAL, Literal(True))),)}, "E0309"),
        ({"actions": (Action("a", (), EndingTerm("out"), Assignment(DEAL, Literal(True))),)}, "E0309"),
    ],
)
def test_what_programs_get_wrong(change: dict[str, object], code: str) -> None:
    assert code in [found.code for found in check(replace(PROBLEM, **change))]  # type: ignore[arg-type]


# On the command line


def test_demands_on_the_command_line() -> None:
    demand, found = parse_demand("never done(walk(_, Home))", PROBLEM)
    assert not found
    assert demand == Demand(None, None, "never", WALK)
    demand, found = parse_demand('d "x": deal() before ending(out)', PROBLEM)
    assert not found
    assert demand == Demand("d", "x", "before", DEAL, EndingTerm("out"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E0104"),
        ("deal()", "E0117"),
        ("never dael()", "E0201"),
        ("never done(fly())", "E0208"),
        ("never deal() deal()", "E0107"),
        ("never deal();", "E0107"),
        ("never", "E0104"),
        ("d", "E0117"),
        ("d:", "E0104"),
        ('"', "E0103"),
        ("never " + "(" * 200, "E0110"),
    ],
)
def test_wrong_demands_on_the_command_line(text: str, code: str) -> None:
    demand, found = parse_demand(text, PROBLEM)
    assert demand is None
    assert code in [one.code for one in found]
    assert " --> --demand:1:" in render_all(found, [Source("--demand", text)])


def test_conditions_of_events_on_the_command_line() -> None:
    expression, found = parse_condition("done(walk(_, Home)) | ending(out)", PROBLEM, "--to", of_events=True)
    assert not found
    assert expression == Or((WALK, EndingTerm("out")))
    expression, found = parse_condition("done(walk(_, Hom))", PROBLEM, "--to", of_events=True)
    assert expression is None
    assert " --> --to:1:14\n" in render_all(found, [Source("--to", "done(walk(_, Hom))")])
    expression, found = parse_condition("done(walk(_, Home))", PROBLEM, "--start")
    assert expression is None


# Any of them

names = st.none() | words
labels = st.none() | st.sampled_from(["", "a b", 'He said "no"\\\nand left; // it', "always"])
acts = st.builds(Done, words, st.lists(st.none() | st.builds(Name, words), max_size=2).map(tuple))
conditions = expressions(acts, st.builds(EndingTerm, words))
plain = expressions()
demands = st.one_of(
    st.builds(Demand, names, labels, st.sampled_from(FORMS[:4]), conditions),
    st.builds(Demand, names, labels, st.sampled_from(FORMS[4:]), conditions, conditions),
)
groups = st.builds(Group, st.builds(Parameter, words, words), st.just(TRUE) | plain)
secrets = st.builds(
    Secret,
    names,
    labels,
    plain,
    st.lists(st.builds(Name, words) | groups, min_size=1, max_size=3).map(tuple),
    st.none() | conditions,
)
subjects = st.none() | st.sampled_from(["gun", "a(b, c)", "pull(_, Rope)", "at(Tom) == Home", "", "a & (b | (c))"])
acceptances = st.builds(Acceptance, st.sampled_from(list(KINDS)), subjects, st.text(' abc"\\\n;{}', min_size=1))


@settings(max_examples=600, deadline=None)
@given(demands | secrets | acceptances)
def test_all_is_read_as_it_was_printed(node: Node) -> None:
    text = "\n".join(map(indented, format_node(node)))
    diagnostics: list[Diagnostic] = []
    syntax = Parser(tokenize(text, "<printed>", diagnostics), diagnostics).file()
    assert [one.node for one in syntax.definitions] == [node], text
    assert not diagnostics, f"what was printed needs no warning: {text}"
    assert format_text(text) == text + "\n"


COMMENTED = """\
demand a /* b */ : // c
	// d
	never // e
	deal() /* f */ ; // g
secret deal // h
	from Ann, // i
	// j
	Tom until deal(); // k
accept dead_end( /* l */ ) // m
	"r"; // n
"""


def test_comments_are_kept() -> None:
    formatted = format_text(COMMENTED)
    assert sorted(one for one in "bcdefghijklmn" if f"/* {one} */" in formatted or f"// {one}\n" in formatted) == [
        *"bcdefghijklmn"
    ]
    assert format_text(formatted) == formatted

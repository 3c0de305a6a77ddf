"""Tokens → definitions.

Definitions and the parts of actions are read from left to right; a mistake is reported, the rest of its definition or
part is skipped, and reading goes on, so that all mistakes of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chekhov.diagnostics import Diagnostic, Label
from chekhov.lang.expressions import INFIX, ExpressionParser, LostError, short
from chekhov.lang.names import nearest
from chekhov.lang.nodes import (
    Author,
    BeliefDepth,
    Definition,
    Include,
    Node,
    Omission,
    Playable,
    Refinement,
    Statement,
    Syntax,
    Title,
    Wish,
)
from chekhov.lang.syntax import PRONOUNS, RESERVED, STARTS
from chekhov.model import (
    FORMS,
    TRUE,
    Acceptance,
    Action,
    Change,
    Demand,
    Ending,
    Entity,
    Expression,
    FluentTerm,
    Foresight,
    Group,
    Level,
    Name,
    Observation,
    Parameter,
    Process,
    Property,
    Secret,
    TimeStep,
    Trigger,
    Type,
    Utility,
    canonical_subject,
)

_BLOCKS = ("type", "entity", "property", "action", "natural", "trigger", "process", "utility", "ending")
_NAMED = ("demand", "secret", "accept", "refine", "without")
"""What else a definition may begin with that is taken for one in the midst of another, if a name follows."""
_FIELDS = {
    "duration": "duration",
    "precondition": "precondition",
    "begin": "begin",
    "while": "throughout",
    "effect": "effect",
    "broken": "broken",
    "consenting": "consenting",
    "observing": "observing",
    "observing end": "observing_end",
    "telling": "telling",
    "telling end": "telling_end",
    "telling broken": "telling_broken",
}
"""The parts of an action, and what the model calls them."""
_PARTS = tuple(_FIELDS)


class Parser(ExpressionParser):
    """Reads the tokens of one text. Findings go to ``diagnostics``."""

    # -- definitions

    def file(self) -> Syntax:
        """All definitions of the text."""
        kinds = self.kinds
        while kinds[self.at] != "end":
            first = self.at
            if kinds[first] == ";":
                self.at += 1
                continue
            try:
                node = self._definition()
                if kinds[self.at] == ";":
                    self.at += 1
                    self.syntax.definitions.append(Definition(node, first, self.at - 1))
                    continue
                # The definition itself is complete, so nothing that it declares is missed.
                self.syntax.definitions.append(Definition(node, first, self.at - 1))
                raise self._unfinished(node)
            except LostError:
                if self.words[first] in STARTS and kinds[first + 1] == "name":
                    self.syntax.broken.add(self.words[first + 1])
                self._recover(first)
        return self.syntax

    def _unfinished(self, node: Node) -> LostError:
        kind = self._next()
        if kind in (")", "}"):
            return self._fail("E0106", f"this `{kind}` closes nothing", self.at)
        if isinstance(node, Statement | Utility | Wish | Ending | Demand | Secret):
            return self._missing_operator()
        return self._expected("`;`")

    def _recover(self, first: int) -> None:
        """Skips what belongs to a broken definition that began with the token ``first``."""
        kinds = self.kinds
        words = self.words
        text = self.tokens.text
        braces = 0
        at = first
        reached = self.at
        while kinds[at] != "end":
            kind = kinds[at]
            if kind == "{":
                braces += 1
            elif kind == "}":
                braces = max(0, braces - 1)
                if braces == 0 and at >= reached and kinds[at + 1] != ";":
                    at += 1
                    break
            elif kind == ";" and braces == 0 and at >= reached:
                at += 1
                break
            if (
                at > first
                and at >= reached
                and kind == "name"
                and words[at] in STARTS
                and kinds[at + 1] in ("name", "(", "string")
                and "\n" in text[self.ends[at - 1] : self.starts[at]]
                and not text[text.rfind("\n", 0, self.starts[at]) + 1 : self.starts[at]].strip(" ")
            ):
                break  # A definition at the start of a line: what came before lacked its end.
            at += 1
        self.at = max(at, first + 1)

    def _definition(self) -> Node:
        at = self.at
        if self.kinds[at] == "name":
            word = self.words[at]
            after = self.kinds[at + 1]
            if word in STARTS and (reader := _READERS.get((word, after))) is not None:
                return reader(self)
            if word in ("demand", "secret") and after not in ("(", ";", "end", *INFIX):
                return self._demand() if word == "demand" else self._secret()
            if word == "utility" and after == "(" and self._is_utility():
                return self._utility()
            if after in ("name", "string") and word not in STARTS:
                near = nearest(word, STARTS)
                if near is not None or after == "name":
                    known = "definitions begin with `type`, `entity`, `property`, `action`, `trigger` or `utility`"
                    raise self._fail(
                        "E0104",
                        f"`{short(word)}` begins no definition",
                        at,
                        help=f"did you mean `{near}`?" if near else known,
                    )
            elif word in STARTS and after != "(" and after not in INFIX:
                self.at += 1
                if after in RESERVED:
                    self._name("a name")
                raise self._expected("a string" if word in ("title", "author", "include") else "a name")
        expression = self.expression()
        return Statement(expression, self._span(at, self.at - 1))

    def _title(self) -> Title:
        first = self._advance()
        text, _ = self._string("a string")
        return Title(text, self._span(first, self.at - 1))

    def _author(self) -> Author:
        first = self._advance()
        text, _ = self._string("a string")
        return Author(text, self._span(first, self.at - 1))

    def _include(self) -> Include:
        self._advance()
        text, at = self._string("the name of a file")
        return Include(text, self._span(at, at))

    def _advance(self) -> int:
        self.at += 1
        return self.at - 1

    def _belief_depth(self) -> BeliefDepth:
        first = self._advance()
        if not self._is_word(self.at, "depth"):
            raise self._expected("`depth`")
        self.at += 1
        at = self.at
        word = self.words[at]
        if self.kinds[at] != "number":
            raise self._expected("a whole number")
        self.at += 1
        if not word.isdigit() or len(word) > 3:
            raise self._fail(
                "E0403",
                f"`{short(word)}` is no depth of belief",
                at,
                help="a whole number from 0 to 999 is: how many minds deep anybody models another",
            )
        return BeliefDepth(int(word), self._span(first, at))

    def _playable(self) -> Playable:
        first = self._advance()
        names = self._separated(self._plain_name)
        return Playable(tuple(names), self._span(first, self.at - 1))

    def _level(self) -> Level:
        first = self._advance()
        label, _ = self._string("what the level is called, a string")
        self._take(":")
        names = self._separated(self._plain_name)
        return Level(label, tuple(names), span=self._span(first, self.at - 1))

    def _type(self) -> Type:
        self._advance()
        at = self._name("the name of a type")
        parents: list[Name] = []
        if self._next() == ":":
            self.at += 1
            parents = self._separated(self._plain_name)
        self._note_types(parents)
        return Type(self.words[at], tuple(parent.name for parent in parents), span=self._span(at, at))

    def _entity(self) -> Entity:
        self._advance()
        at = self._name("the name of an entity")
        types: list[Name] = []
        if self._next() == ":":
            self.at += 1
            types = self._separated(self._plain_name)
            self._note_types(types)
        label = None
        if self._next() == "string":
            label, _ = self._string("a string")
        pronouns = None
        if self._next() == "(":
            self.at += 1
            word = self.words[self.at]
            if word not in PRONOUNS:
                raise self._expected("`she`, `he`, `they` or `it`")
            pronouns = word
            self.at += 1
            self._take(")")
        return Entity(
            self.words[at],
            tuple(name.name for name in types) or ("entity",),
            label,
            pronouns,
            span=self._span(at, at),
        )

    def _parameter(self) -> Parameter | Name:
        at = self._name("a parameter")
        if self._next() != ":":
            return Name(self.words[at], span=self._span(at, at))
        self.at += 1
        return Parameter(self.words[at], self._type_name(), span=self._span(at, at))

    def _parameters(self) -> tuple[Parameter | Name, ...]:
        if self._next() != "(":
            raise self._expected("`(`", help="parameters stand in brackets, which may be empty: `()`")
        self.at += 1
        parameters = [] if self._next() == ")" else self._separated(self._parameter)
        self._take(")")
        return tuple(parameters)

    def _property(self) -> Property:
        self._advance()
        at = self._name("the name of a property")
        parameters = self._parameters()
        if self._next() != ":":
            raise self._expected(
                "`:`", help="a property has a type: `: boolean`, `: number` or `:` and a type of entities"
            )
        self.at += 1
        type_name = self._type_name()
        bounds = None
        if self._next() == "number" and type_name == "number":
            low, first = self._number()
            self._take("..")
            if self._next() != "number":
                raise self._expected("a number")
            high, last = self._number()
            if low > high:
                raise self._fail(
                    "E0402", "these bounds leave no number", first, last, help="the lower bound comes first"
                )
            bounds = (low, high)
        return Property(self.words[at], parameters, type_name, bounds, span=self._span(at, at))

    def _utility(self) -> Utility | Wish:
        first = self._advance()
        self._take("(")
        if self._next() == "name" and self.kinds[self.at + 1] == ":":
            at = self.at
            variable = self._parameter()
            self._take(")")
            self._take(":")
            assert isinstance(variable, Parameter)
            return Wish(variable, self.expression(), span=self._span(first, at))
        character = None
        last = first
        if self._next() != ")":
            last = self._name("a character")
            character = self.words[last]
        self._take(")")
        self._take(":")
        value = self.expression()
        return Utility(character, value, span=self._span(first if character is None else last, last))

    def _is_utility(self) -> bool:
        kinds = self.kinds
        if kinds[min(self.at + 3, len(kinds) - 1)] == ":":
            return True
        close = self.at + 2 if kinds[self.at + 2] == ")" else self.at + 3
        return (kinds[min(close, len(kinds) - 1)] == ")" and kinds[min(close + 1, len(kinds) - 1)] == ":") or (
            # Not a property of that name either: `utility(Tom) 3` is meant as a definition.
            kinds[min(close, len(kinds) - 1)] == ")" and kinds[min(close + 1, len(kinds) - 1)] not in (*INFIX, ";")
        )  # fmt: skip

    def _ending(self) -> Ending:
        self._advance()
        at = self._name("the name of an ending")
        label = None
        if self._next() == "string":
            label, _ = self._string("a string")
        self._take(":")
        return Ending(self.words[at], label, self.expression(), span=self._span(at, at))

    # -- demands, secrets, acceptances

    def _demand(self) -> Demand:
        first = self._advance()
        name, label = self._heading(FORMS[:4])
        return self.demand(name, label, first)

    def whole_demand(self) -> Demand:
        """The one demand that the tokens make up. Raises LostError if there are errors."""
        name, label = self._heading(FORMS[:4])
        demand = self.demand(name, label, self.at)
        if self._next() != "end":
            raise self._missing_operator()
        return demand

    def _heading(self, words: tuple[str, ...]) -> tuple[int | None, str | None]:
        """The name and the label that a demand or a secret may have, and the colon behind them.

        A name is one before a label, a colon, or one of the words that may follow it; all else begins a condition.
        """
        at = self.at
        name = label = None
        if self._next() == "name" and (
            self.kinds[at + 1] in ("string", ":") or (self.words[at + 1] in words and self.words[at] not in words)
        ):
            name = self._advance()
        if self._next() == "string":
            label, _ = self._string("a string")
        if self._next() == ":":
            self.at += 1
        elif at != self.at and not (self._is_word(self.at, "from") and "from" in words):
            raise self._expected("`:`")
        return name, label

    def demand(self, name: int | None, label: str | None, first: int) -> Demand:
        """What a demand says, up to its end. ``name`` and ``first`` are tokens."""
        start = self.at
        form = next((form for form in FORMS[:4] if self._begins(form)), None)
        if form is not None:
            self.at += 1
        condition = self._of_events()
        other = None
        if form is None:
            form = next((form for form in FORMS[4:] if self._is_word(self.at, form)), None)
            if form is None:
                near = nearest(self.words[start], FORMS[:4])
                raise self._fail(
                    "E0117",
                    "this demand does not say when its condition is to hold",
                    start,
                    self.at - 1,
                    help=f"did you mean `{near}`?"
                    if near
                    else "write `always …`, `never …`, `possible …`, `inevitable …`, `… before …` or `… until …`",
                )
            self.at += 1
            other = self._of_events()
        elif self._next() == "name" and self.words[self.at] in FORMS[4:]:
            word = self.words[self.at]
            raise self._fail(
                "E0117",
                f"a demand is either `{form} …` or `… {word} …`",
                self.at,
                labels=(Label(self._span(start, start), "this one has both"),),
            )
        named = first if name is None else name
        return Demand(
            None if name is None else self.words[name], label, form, condition, other, span=self._span(named, named)
        )

    def _begins(self, form: str) -> bool:
        """Whether the form of a demand stands here, and not a condition that begins with a name of that kind."""
        return self._is_word(self.at, form) and self.kinds[self.at] == "name" and self.kinds[self.at + 1] not in INFIX

    def _of_events(self) -> Expression:
        """A condition that may speak of acts and endings."""
        self.of_events = True
        try:
            return self.expression()
        finally:
            self.of_events = False

    def _secret(self) -> Secret:
        first = self._advance()
        name, label = self._heading(("from",))
        content: Expression
        if name is not None and self._is_word(self.at, "from") and self.kinds[self.at - 1] != ":":
            content = FluentTerm(self.words[name], span=self._span(name, name))
        elif self._is_word(self.at, "from") and self.kinds[self.at + 1] == "name" and self.words[self.at + 1] != "from":
            raise self._expected("what is kept secret")
        else:
            content = self.expression()
        if not self._is_word(self.at, "from"):
            raise self._expected("`from`", help="say whom it is kept from: `secret … from Tom;`")
        self.at += 1
        hidden_from = tuple(self._separated(self._hidden_from))
        until = None
        if self._is_word(self.at, "until"):
            self.at += 1
            until = self._of_events()
        named = first if name is None else name
        return Secret(
            None if name is None else self.words[name],
            label,
            content,
            hidden_from,
            until,
            span=self._span(named, named),
        )

    def _hidden_from(self) -> Name | Group:
        at = self.at
        if not self._is_word(at, "all") or self.kinds[at + 1] != "(":
            return self._plain_name()
        self.at += 2
        variable = self._name("a variable")
        self._take(":")
        parameter = Parameter(self.words[variable], self._type_name(), span=self._span(variable, variable))
        self._take(")")
        condition: Expression = TRUE
        if self._is_word(self.at, "where"):
            self.at += 1
            condition = self.expression()
        return Group(parameter, condition, span=self._span(at, at))

    def _accept(self) -> Acceptance:
        self._advance()
        kind = self._name("the kind of what is accepted")
        subject = None
        if self._next() == "(":
            subject = self._balanced()
        if self._next() in (";", "end"):
            raise self._fail(
                "E0118",
                "this does not say why it is accepted",
                kind,
                self.at - 1,
                help='give the reason: `accept … "She thinks of it, and that is all.";`',
            )
        reason, _ = self._string("the reason, a string")
        return Acceptance(self.words[kind], subject, reason, span=self._span(kind, kind))

    def _balanced(self) -> str:
        """The text between the brackets that begin here."""
        opened = self.at
        depth = 0
        text = ""
        while True:
            kind = self._next()
            if kind in ("end", ";", "{", "}"):
                raise self._fail("E0106", "this `(` is never closed", opened)
            depth += {"(": 1, ")": -1}.get(kind, 0)
            if depth == 0:
                break
            if self.at > opened:
                blank = self.starts[self.at] > self.ends[self.at - 1]
                text += " " * blank + self.words[self.at]
            self.at += 1
        self.at += 1
        return canonical_subject(text)

    def _action(self) -> Action:
        self._advance()
        at = self._name("the name of an action")
        parameters = self._parameters()
        parts = {_FIELDS[part]: made for part, made in self._parts(at, _PARTS).items()}
        return Action(self.words[at], parameters, **parts, span=self._span(at, at))

    def _natural(self) -> Action:
        self._advance()
        if not self._is_word(self.at, "action"):
            raise self._expected("`action`")
        return replace(self._action(), natural=True)

    def _trigger(self) -> Trigger:
        self._advance()
        at = self._name("the name of a trigger")
        parameters = self._parameters()
        parts = self._parts(at, ("precondition", "effect", "telling"))
        return Trigger(self.words[at], parameters, **parts, span=self._span(at, at))

    def _process(self) -> Process:
        self._advance()
        at = self._name("the name of a process")
        parameters = self._parameters()
        parts = self._parts(at, ("while", "change"))
        span = self._span(at, at)
        return Process(self.words[at], parameters, parts.get("while", TRUE), parts.get("change", ()), span=span)

    def _refine(self) -> Refinement:
        self._advance()
        if self.words[self.at] not in ("action", "trigger"):
            raise self._expected(
                "`action` or `trigger`", help="a process is not refined: do without it, and write another"
            )
        event = self._action() if self.words[self.at] == "action" else self._trigger()
        assert event.span is not None
        start = self.syntax.parts[event.span.start].get("consenting")
        if start is not None and not getattr(event, "consenting", ()) and event.name not in self.syntax.broken:
            at = self.starts.index(start)
            raise self._fail("E0104", "expected who consents", at, help="an act of the author's is another action")
        return Refinement(event)

    def _without(self) -> Omission:
        self._advance()
        kind = self.words[self.at]
        if kind not in ("action", "trigger", "process"):
            raise self._expected("`action`, `trigger` or `process`")
        self.at += 1
        return Omission(kind, tuple(self._separated(self._plain_name)))

    def _change(self) -> Change:
        at = self.at
        if self._next() != "name" or self.kinds[at + 1] != "(":
            raise self._expected("a number that changes", help="write `tank(c) -= 1`: how much in a unit of time")
        target = self._fluent_term()[1]
        sign = self._next()
        if sign not in ("+=", "-="):
            raise self._expected("`+=` or `-=`", help="write `tank(c) -= 1`: how much in a unit of time")
        self.at += 1
        self.of_change = True
        try:
            rate = self.expression()
        finally:
            self.of_change = False
        return Change(target, "+" if sign == "+=" else "-", rate, span=self._span(at, self.at - 1))

    def _time_step(self) -> TimeStep:
        first = self._advance()
        if not self._is_word(self.at, "step"):
            raise self._expected("`step`")
        self.at += 1
        if self._next() != "number":
            raise self._expected("a number")
        size, at = self._number()
        if size <= 0:
            raise self._fail("E0407", "time passes in steps of more than nothing", at)
        unit = None
        if self._next() == "string":
            unit, _ = self._string("a string")
        return TimeStep(size, unit, span=self._span(first, self.at - 1))

    def _foresight(self) -> Foresight:
        first = self._advance()
        counts = []
        for before, after, what in (("within", "acts", "acts in a reason"), (",", "minds", "minds within minds")):
            if self._next() != before and not self._is_word(self.at, before):
                raise self._expected(f"`{before}`")
            self.at += 1
            if self._next() != "number":
                raise self._expected("a whole number")
            word, at = self.words[self.at], self.at
            self.at += 1
            if not word.isdigit() or len(word) > 3 or (after == "acts" and int(word) == 0):
                raise self._fail(
                    "E0408",
                    f"`{short(word)}` is no number of {what}",
                    at,
                    help="a whole number up to 999 is, of acts 1 at least",
                )
            counts.append(int(word))
            if not any(self._is_word(self.at, one) for one in (after, after[:-1])):
                raise self._expected(f"`{after}`")
            self.at += 1
        acts, minds = counts
        return Foresight(acts, minds, span=self._span(first, self.at - 1))

    def _parts(self, name: int, allowed: tuple[str, ...]) -> dict[str, Any]:
        """What stands in the braces of an action or a trigger (with its name's token), in any order."""
        event = self.words[name]
        opened = self._take("{")
        parts: dict[str, Any] = {}
        seen: dict[str, int] = {}
        broken = False
        while self._next() != "}":
            first = self.at
            if self._next() == ";":
                self.at += 1
                continue
            if self._next() == "end" or self._looks_like_a_definition():
                self.diagnostics.append(
                    Diagnostic(
                        "E0106",
                        f"the `{{` of `{short(event)}` is never closed",
                        self._span(opened, opened),
                        help="close it with `};`",
                    )
                )
                raise LostError
            try:
                word = self.words[first]
                if self._next() != "name" or word not in allowed:
                    raise self._no_part(word, allowed)
                self.at += 1
                if self._next() == "name" and f"{word} {self.words[self.at]}" in allowed:
                    word = f"{word} {self.words[self.at]}"
                    self.at += 1
                if word in seen:
                    raise self._fail(
                        "E0109",
                        f"`{short(event)}` has more than one {word}",
                        first,
                        labels=(Label(self._span(seen[word], seen[word]), "the first one"),),
                        help=None if word.startswith("telling") else "join them with `&`",
                    )
                seen[word] = first
                parts[word] = self._part(word)
                if word.startswith("telling"):
                    self.syntax.tellings[self.starts[name], word] = self.last_string
                if self._next() == ";":
                    self.at += 1
                elif self._next() == "}" and self.kinds[self.at - 1] != ";":
                    raise self._expected("`;`")
                else:
                    raise (
                        self._missing_operator()
                        if word not in ("consenting", "change") and not word.startswith("telling")
                        else self._expected("`;`")
                    )
            except LostError:
                broken = True
                self._recover_part(first, allowed)
        self.at += 1
        self.syntax.parts[self.starts[name]] = {word: self.starts[at] for word, at in seen.items()}
        if broken:
            self.syntax.broken.add(event)
        return parts

    def _no_part(self, word: str, allowed: tuple[str, ...]) -> LostError:
        parts = ", ".join(f"`{part}:`" for part in allowed)
        near = nearest(word, allowed) if self._next() == "name" else None
        if (word in _PARTS or word == "change") and self.kinds[self.at + 1] in (":", "("):
            what = {"while": "a process", "precondition": "a trigger"}.get(allowed[0], "an action")
            return self._fail("E0109", f"{what} has no {word}", self.at, help=f"it has {parts}")
        return self._fail(
            "E0109",
            f"expected a part, found {self._found(self.at)}",
            self.at,
            help=f"did you mean `{near}:`?" if near else f"the parts are {parts}",
        )

    def _part(self, word: str) -> Any:
        if word.startswith("observing"):
            self._take("(")
            at = self._name("a variable")
            self._take(":")
            variable = Parameter(self.words[at], self._type_name(), span=self._span(at, at))
            self._take(")")
            self._take(":")
            return Observation(variable, self.expression(), span=self._span(at, at))
        self._take(":")
        if word == "consenting":
            if self._next() == ";":
                return ()
            return tuple(self._separated(self.expression))
        if word == "change":
            return tuple(self._separated(self._change))
        if word.startswith("telling"):
            return self._string("a string")[0]
        return self.expression()

    def _recover_part(self, first: int, allowed: tuple[str, ...]) -> None:
        """Skips what belongs to a broken part that began with the token ``first``."""
        kinds = self.kinds
        at = max(self.at, first)
        braces = 0
        while kinds[at] != "end":
            kind = kinds[at]
            if kind == "{":
                braces += 1
            elif kind == "}":
                if braces == 0:
                    break
                braces -= 1
            elif kind == ";":
                at += 1
                break
            elif at > first and kind == "name" and self.words[at] in allowed and kinds[at + 1] in (":", "("):
                # The name of a part: what came before lacked its end. (Unless it is a property of that name.)
                if kinds[at + 1] == ":" or self.words[at] == "observing":
                    break
            elif at > first and self._looks_like_a_definition(at):
                break
            at += 1
        self.at = at if at > first else first + 1

    def _looks_like_a_definition(self, at: int | None = None) -> bool:
        """Whether a definition seems to begin at the very start of a line: braces before it are not closed."""
        at = self.at if at is None else at
        after = self.kinds[at + 1]
        return (
            self.kinds[at] == "name"
            and (
                (self.words[at] in _BLOCKS and after in ("name", "("))
                or (self.words[at] in _NAMED and after in ("name", "string"))
            )
            and (self.starts[at] == 0 or self.tokens.text[self.starts[at] - 1] == "\n")
        )


_READERS: dict[tuple[str, str], Callable[[Parser], Node]] = {
    ("title", "string"): Parser._title,
    ("author", "string"): Parser._author,
    ("include", "string"): Parser._include,
    ("belief", "name"): Parser._belief_depth,
    ("playable", "name"): Parser._playable,
    ("level", "string"): Parser._level,
    ("type", "name"): Parser._type,
    ("entity", "name"): Parser._entity,
    ("property", "name"): Parser._property,
    ("action", "name"): Parser._action,
    ("natural", "name"): Parser._natural,
    ("trigger", "name"): Parser._trigger,
    ("process", "name"): Parser._process,
    ("refine", "name"): Parser._refine,
    ("without", "name"): Parser._without,
    ("time", "name"): Parser._time_step,
    ("reasons", "name"): Parser._foresight,
    ("ending", "name"): Parser._ending,
    ("accept", "name"): Parser._accept,
}

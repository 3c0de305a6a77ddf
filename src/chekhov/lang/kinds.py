"""The kinds of expressions: what stands for a condition, a number or an entity, and what may stand where."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

from chekhov.lang.declarations import Declarations, Kind, Scope, Things, kind_text, shown_parameter
from chekhov.model import (
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Done,
    EndingTerm,
    Expression,
    FluentTerm,
    IsA,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Property,
    Quantified,
    UnderWay,
)

_MAX_COMBINATIONS = 20_000
"""How many argument lists of an overloaded property are tried one by one."""


class ExpressionChecker(Declarations):
    """Checks expressions, each in the scope of the variables that it may name."""

    of_events = False
    """Whether what is checked may speak of acts and endings."""
    in_mind = False
    """Whether what is checked stands in ``believes``."""

    # -- expressions: values

    def value(self, expression: Expression, scope: Scope) -> tuple[Expression, Kind]:
        """An expression where some value is expected, and its kind."""
        match expression:
            case Name():
                return expression, self._name(expression, scope)
            case FluentTerm():
                return self._fluent(expression, scope)
            case Literal(value=value):
                if value is None:
                    return expression, "?"
                if isinstance(value, bool):
                    return expression, "boolean"
                if not math.isfinite(value):
                    self._say("E0108", "only finite numbers can be written", expression.span)
                return expression, "number"
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                before, self.in_mind = self.in_mind, True
                inner, kind = self.value(body, scope)
                self.in_mind = before
                if isinstance(kind, Things) and isinstance(body, Name):
                    self._say(
                        "E0301",
                        f"`{body.name}` is not something to believe",
                        body.span,
                        help="believe a condition, or the value of a property",
                    )
                if who is not character or inner is not body:
                    expression = replace(expression, character=who, body=inner)
                return expression, kind
            case Arithmetic(operator=operator, left=left, right=right):
                new_left = self.number(left, scope, f"`{operator}`")
                new_right = self.number(right, scope, f"`{operator}`")
                if new_left is not left or new_right is not right:
                    expression = replace(expression, left=new_left, right=new_right)
                return expression, "number"
            case Quantified(kind="sum" | "product" as kind_name, variable=variable, body=body):
                inner_scope = dict(scope)
                self._variable(variable, inner_scope)
                new = self.number(body, inner_scope, f"`{kind_name}`")
                return expression if new is body else replace(expression, body=new), "number"
            case Conditional(branches=branches, otherwise=otherwise):
                return self._conditional_value(expression, branches, otherwise, scope)
        return self.condition(expression, scope), "boolean"

    def _conditional_value(
        self,
        expression: Conditional,
        branches: tuple[tuple[Expression, Expression], ...],
        otherwise: Expression | None,
        scope: Scope,
    ) -> tuple[Expression, Kind]:
        kinds: list[tuple[Kind, Expression]] = []
        changed = False
        made = []
        for test, branch in branches:
            new_test = self.condition(test, scope)
            new_branch, kind = self.value(branch, scope)
            kinds.append((kind, branch))
            made.append((new_test, new_branch))
            changed = changed or new_test is not test or new_branch is not branch
        rest = otherwise
        if otherwise is not None:
            rest, kind = self.value(otherwise, scope)
            kinds.append((kind, otherwise))
            changed = changed or rest is not otherwise
        result: Kind = "?"
        for kind, branch in kinds:
            if kind is None:
                result = None
                break
            if result == "?":
                result = kind
            elif kind != "?" and sort_of(kind) != sort_of(result):
                self._say(
                    "E0301",
                    f"one branch of this `if` is {kind_text(result)}, another {kind_text(kind)}",
                    branch.span,
                    labels=[(kinds[0][1].span, kind_text(kinds[0][0]))],
                )
                result = None
                break
            elif isinstance(kind, Things) and isinstance(result, Things):
                result = Things("entity", kind.members | result.members, "entity", is_name=False)
        if otherwise is None and result not in ("boolean", None):
            self._say(
                "E0307",
                "this `if` has no `else`, so it has no value otherwise",
                expression.span,
                help="add `else` and a value",
            )
        return (replace(expression, branches=tuple(made), otherwise=rest) if changed else expression), result

    def _name(self, name: Name, scope: Scope) -> Kind:
        word = name.name
        found = scope.get(word)
        if found is not None:
            self.seen.add(word)
            return found
        found = self.of_name.get(word)
        if found is not None:
            self.mentioned.add(word)
            return found
        if word in self.broken:
            return None
        if word in self.properties:
            places = ", ".join(str(shown_parameter(one)) for one in self.properties[word][0].parameters)
            help: str | None = f"a property has its arguments in brackets: `{word}({places})`"
        elif word in ("unknown", "none", "None", "null", "nothing", "nobody", "nowhere"):
            help = "the unknown value is written `?`"
        elif self.of_events and any(word == ending.name for ending in self.problem.endings):
            help = f"an ending is written `ending({word})`"
        elif word in ("TRUE", "FALSE"):
            help = f"write `{word.capitalize()}`"
        else:
            help = self._did_you_mean(word, [*scope, *self.entities])
            if help is None and word in self.known_types:
                help = f"`{word}` is a type; name an entity, or a parameter of that type"
        self._say("E0202", f"unknown name `{word}`", name.span, label="neither a parameter nor an entity", help=help)
        return None

    def _fluent(self, term: FluentTerm, scope: Scope) -> tuple[Expression, Kind]:
        term, kind, _ = self._resolve(term, scope, reading=True)
        return term, kind

    def _resolve(self, term: FluentTerm, scope: Scope, *, reading: bool) -> tuple[FluentTerm, Kind, Property | None]:
        """A fluent term with its arguments checked, its kind, and its declaration if that is one."""
        if term.property in ("done", "ending") and term.property not in self.properties and len(term.arguments) == 1:
            self._say("E0309", f"`{term.property}` has no place here", term.span, help=_OF_EVENTS)
            return term, None, None
        arguments: list[Expression] = []
        kinds: list[Things | None] = []
        changed = False
        for argument in term.arguments:
            if isinstance(argument, Name):
                kind = self._name(argument, scope)
                new: Expression = argument
            else:
                new, kind = self.value(argument, scope)
                changed = changed or new is not argument
                if kind is not None and (
                    not isinstance(kind, Things) or not isinstance(argument, FluentTerm | Believes)
                ):
                    self._say("E0301", f"an argument is an entity, and this is {kind_text(kind)}", argument.span)
                    kind = None
            arguments.append(new)
            kinds.append(kind if isinstance(kind, Things) else None)
        if changed:
            term = replace(term, arguments=tuple(arguments))
        name = term.property
        declared = self.properties.get(name)
        if declared is None:
            self._unknown_property(term)
            return term, None, None
        (self.read if reading else self.set).add(name)
        if not reading and name in self.built_in:
            self._say("E0308", f"`{name}` is never set: who does what takes time is busy", term.span)
        fitting = [one for one in declared if len(one.parameters) == len(arguments)]
        if not fitting:
            counts = sorted({len(one.parameters) for one in declared})
            wanted = " or ".join(map(str, counts))
            self._say(
                "E0302",
                f"`{name}` takes {wanted} argument{'' if counts == [1] else 's'}, not {len(arguments)}",
                term.span,
                labels=[(one.span, "declared here") for one in declared[:3]],
                help=f"write `{name}({', '.join(str(shown_parameter(one)) for one in declared[0].parameters)})`",
            )
            return term, None, None
        if None in kinds:
            sorts = {one.type for one in fitting}
            return term, (self._kind_of(fitting[0]) if len(sorts) == 1 else None), None
        return self._overloaded(term, fitting, [kind for kind in kinds if kind is not None])

    def _overloaded(
        self, term: FluentTerm, fitting: list[Property], kinds: list[Things]
    ) -> tuple[FluentTerm, Kind, Property | None]:
        partial = []
        for one in fitting:
            full = True
            for parameter, kind in zip(one.parameters, kinds, strict=True):
                if isinstance(parameter, Parameter):
                    if not self.is_sub(kind, parameter.type):
                        full = False
                        if not self.overlaps(kind, parameter.type):
                            break
                elif kind.members != {parameter.name}:
                    full = False
                    if parameter.name not in kind.members:
                        break
            else:
                if full:
                    return term, self._kind_of(one), one
                partial.append(one)
        if partial:
            sorts = {sort_of(self._kind_of(one)) for one in partial}
            missed = self._missed(partial, kinds)
            if missed is None and len(sorts) == 1:
                if len(partial) == 1:
                    return term, self._kind_of(partial[0]), partial[0]
                if partial[0].type in ("boolean", "number"):
                    return term, partial[0].type, None
                members = frozenset().union(*(self.things(one.type).members for one in partial))
                return term, Things("entity", members, "entity", is_name=False), None
            if missed is None:
                first, second = (kind_text(self._kind_of(declared)) for declared in partial[:2])
                self._say(
                    "E0303",
                    f"`{term.property}` is {first} for some arguments here and {second} for others",
                    term.span,
                    labels=[(one.span, "declared here") for one in partial[:3]],
                )
                return term, None, None
            title = f"`{term.property}` is not declared for all that this may be: not for ({', '.join(missed)})"
        else:
            shown = ", ".join(kind.text for kind in kinds)
            title = f"`{term.property}` is not declared for ({shown})"
        self._say(
            "E0303",
            title,
            term.span,
            labels=[
                (one.span, f"for ({', '.join(str(shown_parameter(p, types=True)) for p in one.parameters)})")
                for one in fitting[:3]
            ],
        )
        return term, None, None

    def _missed(self, partial: list[Property], kinds: list[Things]) -> list[str] | None:
        """Arguments among these that no declaration takes; None if each is taken, or a fluent chooses among them."""
        if any(not kind.is_name for kind in kinds):
            return None
        if math.prod(len(kind.members) for kind in kinds) > _MAX_COMBINATIONS:
            return None
        order = list(self.entities).index
        for arguments in product(*(sorted(kind.members, key=order) for kind in kinds)):
            if not any(
                all(name in self._allowed(parameter) for name, parameter in zip(arguments, one.parameters, strict=True))
                for one in partial
            ):
                return list(arguments)
        return None

    def _kind_of(self, declared: Property) -> Kind:
        if declared.type in ("boolean", "number"):
            return declared.type
        return replace(self.things(declared.type), is_name=False)

    def _unknown_property(self, term: FluentTerm) -> None:
        name = term.property
        if name in self.broken:
            return
        if name in ("min", "max", "abs", "round"):
            help: str | None = "there are no functions; `if` chooses between two values"
        elif name in ("not", "and", "or"):
            help = "not is written `!`, and `&`, or `|`"
        elif self.of_events and any(name == action.name for action in self.problem.actions):
            help = f"`{name}` is an action: write `done({name}(…))` for the moment right after it"
        elif name in self.entities:
            help = f"`{name}` is an entity and takes no arguments"
        else:
            help = self._did_you_mean(name, self.properties)
            if help is None and any(name == event.name for event in self.problem.events):
                help = f"`{name}` is an action or a trigger, not a property"
        self._say(
            "E0201",
            f"unknown property `{name}`",
            term.span and replace(term.span, end=term.span.start + len(name)),
            label="not declared",
            help=help,
        )

    def _character(self, expression: Expression, scope: Scope, what: str = "only characters believe") -> Expression:
        """An expression where a character is expected."""
        new, kind = self.value(expression, scope)
        if isinstance(kind, Things):
            if not isinstance(expression, Name | FluentTerm | Believes):
                self._say("E0301", "expected a character", expression.span)
            elif not self.is_sub(kind, "character") and (kind.members or kind.type):
                if kind.type is None:
                    title = f"{what}, and `{kind.text}` is no character"
                else:
                    others = sorted(kind.members - self.characters, key=list(self.entities).index)
                    other = f"`{others[0]}`" if others else "another entity"
                    title = f"{what}, and this may be {other}, since it is of type `{kind.text}`"
                self._say("E0306", title, expression.span)
        elif kind is not None:
            self._say("E0306", f"{what}, and this is {kind_text(kind)}", expression.span)
        return new

    def number(self, expression: Expression, scope: Scope, what: str) -> Expression:
        """An expression where a number is expected. A condition counts 1 or 0, but only as an `if` of its own."""
        new, kind = self.value(expression, scope)
        if kind not in ("number", "?", None):
            help = "write `(if(…) 1 else 0)` to count a condition" if kind == "boolean" else None
            self._say("E0301", f"{what} needs a number, and this is {kind_text(kind)}", expression.span, help=help)
        return new

    # -- expressions: conditions

    def condition(self, expression: Expression, scope: Scope) -> Expression:
        """An expression where a condition is expected."""
        match expression:
            case And(parts=parts) | Or(parts=parts):
                made = tuple([self.condition(part, scope) for part in parts])
                return expression if all(map(is_same, made, parts)) else replace(expression, parts=made)
            case Comparison():
                return self._comparison(expression, scope)
            case FluentTerm():
                term, kind, _ = self._resolve(expression, scope, reading=True)
                self._must_be_boolean(kind, expression)
                return term
            case Not(body=body):
                new = self.condition(body, scope)
                return expression if new is body else replace(expression, body=new)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                before, self.in_mind = self.in_mind, True
                new = self.condition(body, scope)
                self.in_mind = before
                return expression if who is character and new is body else replace(expression, character=who, body=new)
            case Done():
                return self._done(expression, scope)
            case EndingTerm():
                return self._ending_term(expression, scope)
            case UnderWay():
                return self._under_way(expression, scope)
            case Quantified(kind="forall" | "exists", variable=variable, body=body):
                inner = dict(scope)
                self._variable(variable, inner)
                self._warn_if_empty(expression.kind, variable)
                new = self.condition(body, inner)
                return expression if new is body else replace(expression, body=new)
            case IsA(entity=entity, type=type_name):
                self.used.add(type_name)
                new, kind = self.value(entity, scope)
                if isinstance(kind, Things):
                    if not self.overlaps(kind, type_name) and type_name in self.members:
                        self._say("W0114", f"`{kind.text}` is never of type `{type_name}`", expression.span)
                elif kind is not None:
                    self._say(
                        "E0301", f"only entities have types of their own, and this is {kind_text(kind)}", entity.span
                    )
                return expression if new is entity else replace(expression, entity=new)
            case Conditional(branches=branches, otherwise=otherwise):
                made_branches = tuple(
                    (self.condition(test, scope), self.condition(branch, scope)) for test, branch in branches
                )
                rest = None if otherwise is None else self.condition(otherwise, scope)
                same = rest is otherwise and all(
                    a is c and b is d for (a, b), (c, d) in zip(made_branches, branches, strict=True)
                )
                return expression if same else replace(expression, branches=made_branches, otherwise=rest)
            case Literal(value=bool()):
                return expression
            case Assignment(target=target, value=value):
                self._say(
                    "W0103",
                    "this `=` stands in a condition, and is read as `==`",
                    expression.span,
                    help="write `==` to compare; `=` is for effects",
                )
                return self._comparison(Comparison("==", target, value, span=expression.span), scope)
        new, kind = self.value(expression, scope)
        self._must_be_boolean(kind, expression)
        return new

    def _must_be_boolean(self, kind: Kind, expression: Expression) -> None:
        if kind != "boolean" and kind is not None:
            help = None
            if kind == "number":
                help = "compare it: `… > 0`"
            elif isinstance(kind, Things) and isinstance(expression, FluentTerm):
                help = "compare it: `… == …`"
            self._say("E0301", f"expected a condition, and this is {kind_text(kind)}", expression.span, help=help)

    def _warn_if_empty(self, word: str, variable: Parameter) -> None:
        if variable.type in self.known_types and not self.things(variable.type).members:
            outcome = {"forall": "this always holds", "exists": "this never holds"}.get(
                word, f"this {word} never happens"
            )
            self._say("W0113", f"there is no entity of type `{variable.type}`, so {outcome}", variable.span)

    def _comparison(self, expression: Comparison, scope: Scope) -> Expression:
        operator, left, right = expression.operator, expression.left, expression.right
        new_left, one = self.value(left, scope)
        new_right, other = self.value(right, scope)
        if one is not None and other is not None:
            if operator not in ("==", "!="):
                for kind, side in ((one, left), (other, right)):
                    if kind not in ("number", "?"):
                        self._say("E0304", f"`{operator}` compares numbers, and this is {kind_text(kind)}", side.span)
            elif one != "?" and other != "?":
                if sort_of(one) != sort_of(other):
                    self._say(
                        "E0304",
                        f"{kind_text(one)} cannot be compared with {kind_text(other)}".replace(
                            "of type", "something of type"
                        ),
                        expression.span,
                        labels=[(left.span, kind_text(one)), (right.span, kind_text(other))],
                    )
                elif isinstance(one, Things) and isinstance(other, Things) and self._never_equal(operator, one, other):
                    always = "always" if operator == "!=" else "never"
                    self._say(
                        "W0114",
                        f"this {always} holds: `{one.text}` and `{other.text}` have nothing in common",
                        expression.span,
                    )
            elif "boolean" in (one, other):
                self._say("W0114", "a condition is true or false, never `?`", expression.span)
            if "number" in (one, other):
                self._check_reach(operator, left, right, scope)
                self._check_reach(_MIRRORED[operator], right, left, scope)
        if new_left is left and new_right is right:
            return expression
        return replace(expression, left=new_left, right=new_right)

    def _never_equal(self, operator: str, one: Things, other: Things) -> bool:
        if one.is_name and other.is_name and (operator == "!=" or (one.type is None and other.type is None)):
            # `from != to` is a habit, and does no harm where the types exclude it; two constants are meant.
            return False
        return bool(one.members) and bool(other.members) and one.members.isdisjoint(other.members)

    def _check_reach(self, operator: str, left: Expression, right: Expression, scope: Scope) -> None:
        """Warns of a bounded number compared with what it never reaches."""
        bounds = self._bounds(left)
        if bounds is None or not isinstance(right, Literal) or isinstance(right.value, bool) or right.value is None:
            return
        low, high = bounds
        value = right.value
        outcomes = {_holds(operator, low, value), _holds(operator, high, value)}
        if (operator in ("==", "!=") and not low <= value <= high) or (
            operator not in ("==", "!=") and len(outcomes) == 1
        ):
            word = "always" if _holds(operator, low, value) else "never"
            self._say(
                "W0117", f"this {word} holds: the number lies between {_plain(low)} and {_plain(high)}", right.span
            )

    def _bounds(self, expression: Expression) -> tuple[float, float] | None:
        """The bounds of a fluent, whichever of its declarations it is."""
        while isinstance(expression, Believes):
            expression = expression.body
        if not isinstance(expression, FluentTerm):
            return None
        found = {
            one.bounds
            for one in self.properties.get(expression.property, ())
            if len(one.parameters) == len(expression.arguments)
        }
        return found.pop() if len(found) == 1 else None

    # -- acts and endings

    def _done(self, done: Done, scope: Scope) -> Expression:
        actions = [action for action in self.problem.actions if action.name == done.action]
        if not actions and "done" in self.properties and all(argument is not None for argument in done.arguments):
            # The world has a property of that name, and this is no act.
            inner = tuple(argument for argument in done.arguments if argument is not None)
            return self.condition(
                FluentTerm("done", (FluentTerm(done.action, inner, span=done.span),), span=done.span), scope
            )
        if not self.of_events or self.in_mind:
            self._say(
                "E0309",
                "nobody believes that something has just been done" if self.of_events else "`done` has no place here",
                done.span,
                help="let the action set a property, and believe that" if self.of_events else _OF_EVENTS,
            )
        self._act_term(done, actions, scope)
        return done

    def _under_way(self, term: UnderWay, scope: Scope) -> Expression:
        actions = [action for action in self.problem.actions if action.name == term.action]
        if not actions and "under_way" in self.properties and all(argument is not None for argument in term.arguments):
            # The world has a property of that name, and this is no act.
            inner = tuple(argument for argument in term.arguments if argument is not None)
            return self.condition(
                FluentTerm("under_way", (FluentTerm(term.action, inner, span=term.span),), span=term.span), scope
            )
        if actions and all(action.duration is None for action in actions):
            self._say(
                "E0311",
                f"`{term.action}` takes no time, and so is never under way",
                term.span,
                labels=[(action.span, "declared here") for action in actions[:1]],
                help="an action with `duration:` takes time",
            )
        self._act_term(term, actions, scope)
        return term

    def _act_term(self, term: Done | UnderWay, actions: list[Action], scope: Scope) -> None:
        """Checks what names an act; ``actions`` are those of the name."""
        kinds = [None if argument is None else self._name(argument, scope) for argument in term.arguments]
        if term.action in self.broken:
            return
        if not actions:
            help = self._did_you_mean(term.action, [action.name for action in self.problem.actions])
            trigger = any(trigger.name == term.action for trigger in self.problem.triggers)
            self._say(
                "E0208",
                f"`{term.action}` is a trigger" if trigger else f"there is no action `{term.action}`",
                term.span,
                help="only an act is done; triggers happen by themselves" if trigger else help,
            )
            return
        fitting = [action for action in actions if len(action.parameters) == len(kinds)]
        shown = ", ".join(str(shown_parameter(one)) for one in actions[0].parameters)
        if not fitting:
            counts = sorted({len(action.parameters) for action in actions})
            self._say(
                "E0302",
                f"`{term.action}` takes {' or '.join(map(str, counts))} argument{'' if counts == [1] else 's'}, "
                f"not {len(kinds)}",
                term.span,
                labels=[(action.span, "declared here") for action in actions[:3]],
                help=f"write `{term.action}({shown})`, with `_` for any argument",
            )
        elif not any(self._may_be(action, kinds) for action in fitting):
            texts = ", ".join(kind.text if isinstance(kind, Things) else "_" for kind in kinds)
            self._say(
                "E0303",
                f"no act `{term.action}` fits ({texts})",
                term.span,
                labels=[
                    (one.span, f"for ({', '.join(str(shown_parameter(p, types=True)) for p in one.parameters)})")
                    for one in fitting[:3]
                ],
            )

    def _may_be(self, action: Action, kinds: list[Kind]) -> bool:
        """Whether some act of an action has such arguments."""
        return all(
            not isinstance(kind, Things)
            or (self.overlaps(kind, one.type) if isinstance(one, Parameter) else one.name in kind.members)
            for one, kind in zip(action.parameters, kinds, strict=True)
        )

    def _ending_term(self, term: EndingTerm, scope: Scope) -> Expression:
        if any(ending.name == term.name for ending in self.problem.endings):
            if not self.of_events:
                self._say("E0309", "`ending` has no place here", term.span, help=_OF_EVENTS)
        elif "ending" in self.properties:
            name = Name(term.name, span=term.span)
            return self.condition(FluentTerm("ending", (name,), span=term.span), scope)
        elif term.name not in self.broken:
            self._say(
                "E0208",
                f"there is no ending `{term.name}`",
                term.span,
                help=self._did_you_mean(term.name, [ending.name for ending in self.problem.endings]),
            )
        return term

    # -- expressions: effects

    def effect(self, expression: Expression, scope: Scope) -> Expression:
        """An expression where an effect is expected, as assignments."""
        match expression:
            case Assignment(target=target, value=value):
                return self._assignment(expression, target, value, scope)
            case FluentTerm():
                return self._flag(expression, expression, True, scope)
            case Not(body=FluentTerm() as term):
                return self._flag(expression, term, False, scope)
            case Not(body=Believes(character=character, body=body) as inner):
                return self.effect(replace(inner, body=Not(body, span=body.span), span=expression.span), scope)
            case Not(body=Not(body=body)):
                return self.effect(body, scope)
            case Not(body=Assignment(target=target)) | Not(body=Comparison(operator="==", left=target)):
                self._say(
                    "E0308",
                    "an effect cannot say what a value is not",
                    expression.span,
                    help="say what it is; `?` is the unknown value",
                )
                return expression
            case And(parts=parts):
                made = tuple([self.effect(part, scope) for part in parts])
                return expression if all(map(is_same, made, parts)) else replace(expression, parts=made)
            case Comparison(operator="==", left=FluentTerm() | Believes() as target, right=value):
                self._say(
                    "W0102",
                    "this `==` stands in an effect, and is read as `=`",
                    expression.span,
                    help="write `=` to set a value; `==` is for conditions",
                )
                return self._assignment(Assignment(target, value, span=expression.span), target, value, scope)
            case Conditional(branches=branches, otherwise=otherwise):
                made_branches = tuple(
                    (self.condition(test, scope), self.effect(branch, scope)) for test, branch in branches
                )
                rest = None if otherwise is None else self.effect(otherwise, scope)
                same = rest is otherwise and all(
                    a is c and b is d for (a, b), (c, d) in zip(made_branches, branches, strict=True)
                )
                return expression if same else replace(expression, branches=made_branches, otherwise=rest)
            case Quantified(kind="forall", variable=variable, body=body):
                within = dict(scope)
                self._variable(variable, within)
                new = self.effect(body, within)
                return expression if new is body else replace(expression, body=new)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                new = self.effect(body, scope)
                return expression if who is character and new is body else replace(expression, character=who, body=new)
            case Literal(value=True):
                return expression
        help = None
        title = "this is not an effect"
        match expression:
            case Or():
                title = "an effect cannot leave open which of two things happens"
                help = "bracket the condition if it is the value: `f() = (a | b)`; use two actions for two outcomes"
            case Quantified(kind="exists"):
                title = "an effect cannot leave open for whom it happens"
                help = "make it a parameter of the action"
            case Quantified():
                title = "a number is not an effect"
            case Comparison(operator=operator):
                title = f"`{operator}` compares and is not an effect"
                help = "an effect sets a value with `=`"
            case Name():
                title = f"`{expression.name}` is not an effect"
                if expression.name in self.properties:
                    help = f"a property has brackets: `{expression.name}(…)`"
        self._say("E0308", title, expression.span, help=help)
        return expression

    def _flag(self, whole: Expression, term: FluentTerm, value: bool, scope: Scope) -> Expression:
        new, kind, _ = self._resolve(term, scope, reading=False)
        if kind is not None and kind != "boolean":
            self._say(
                "E0301",
                f"`{term.property}` is {kind_text(kind)}, and only a boolean is set by itself",
                term.span,
                help=f"set its value: `{term.property}(…) = …`",
            )
        return Assignment(new, Literal(value, span=whole.span), span=whole.span)

    def _target(self, target: Expression, scope: Scope) -> tuple[FluentTerm | Believes | None, Kind, Property | None]:
        match target:
            case FluentTerm():
                return self._resolve(target, scope, reading=False)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                inner, kind, declared = self._target(body, scope)
                if inner is None:
                    return None, None, None
                same = who is character and inner is body
                return (target if same else replace(target, character=who, body=inner)), kind, declared
        help = None
        if isinstance(target, Name) and target.name in self.properties:
            help = f"a property has brackets: `{target.name}(…)`"
        elif isinstance(target, Name) and (target.name in scope or target.name in self.entities):
            help = f"`{target.name}` stands for an entity; what changes is its properties"
        self._say("E0308", "only a property can be set", target.span, label="set here", help=help)
        return None, None, None

    def _assignment(self, expression: Assignment, target: Expression, value: Expression, scope: Scope) -> Expression:
        new_target, kind, declared = self._target(target, scope)
        new_value, got = self.value(value, scope)
        if kind is not None and got is not None:
            self._check_assigned(target, kind, declared, value, got)
        if new_target is None or (new_target is expression.target and new_value is value):
            return expression
        return Assignment(new_target, new_value, span=expression.span)

    def _check_assigned(
        self, target: Expression, kind: Kind, declared: Property | None, value: Expression, got: Kind
    ) -> None:
        where = [(None if declared is None else declared.span, "declared here")]
        while isinstance(target, Believes):
            target = target.body
        name = f"`{target.property}`" if isinstance(target, FluentTerm) else "this"
        if got == "?":
            if kind == "boolean":
                self._say("E0304", f"{name} is true or false, never `?`", value.span, labels=where)
        elif sort_of(kind) != sort_of(got):
            self._say("E0304", f"{name} is {kind_text(kind)}, and this is {kind_text(got)}", value.span, labels=where)
        elif isinstance(kind, Things) and isinstance(got, Things):
            types = [declared.type] if declared is not None else []
            if types and not self.is_sub(got, types[0]):
                outside = sorted(got.members - kind.members, key=list(self.entities).index)
                example = f"`{outside[0]}` is none" if outside and got.type is not None else f"{kind_text(got)} is none"
                self._say("E0304", f"{name} is of type `{kind.text}`, and {example}", value.span, labels=where)
        bounds = declared.bounds if declared is not None else None
        if (
            bounds
            and isinstance(value, Literal)
            and isinstance(value.value, int | float)
            and not isinstance(value.value, bool)
        ):
            low, high = bounds
            if not low <= value.value <= high:
                self._say(
                    "E0402",
                    f"{_plain(value.value)} is out of the range {_plain(low)}..{_plain(high)} of {name}",
                    value.span,
                    labels=where,
                )


_OF_EVENTS = "it is for demands, for the `until` of secrets, and for conditions on the command line"
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _holds(operator: str, left: float, right: float) -> bool:
    return {
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


def is_same(one: object, other: object) -> bool:
    return one is other


def sort_of(kind: Kind) -> str | None:
    return "entity" if isinstance(kind, Things) else kind


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)

"""Everything that an author can get wrong, beyond how it is written.

:class:`Checker` takes a problem as it was parsed, or as a program built it, and gives it back with every expression in
the form that its place asks for (effects are assignments, conditions hold none), together with what was found. A
finding in one place never hides another: what cannot be typed has the type None, and nothing more is said about it.
"""

from __future__ import annotations

from dataclasses import replace

from chekhov.diagnostics import Span
from chekhov.lang.declarations import Kind, Scope, Things, kind_text, substituted
from chekhov.lang.effects import (
    Setting,
    certain_settings,
    changes_nothing,
    may_hold_for_all,
    properties_read,
    properties_set,
    sets_beliefs_alone,
)
from chekhov.lang.expressions import MAX_DEPTH
from chekhov.lang.kinds import is_same
from chekhov.lang.nodes import Wish
from chekhov.lang.syntax import is_balanced, is_name
from chekhov.lang.template import Place, parse_template
from chekhov.lang.timed import TimeChecker
from chekhov.model import (
    FORMS,
    KINDS,
    TIME_PASSES,
    TRUE,
    Acceptance,
    Action,
    Arithmetic,
    Conditional,
    Demand,
    Expression,
    FluentTerm,
    Group,
    IsA,
    Literal,
    Name,
    Observation,
    Parameter,
    Problem,
    Process,
    Property,
    Quantified,
    Secret,
    Trigger,
    Utility,
    canonical_subject,
    children,
)


class Checker(TimeChecker):
    """Checks one problem. ``problem`` afterwards is the problem in its proper form."""

    def check(self) -> Problem:
        """Checks everything and gives the problem in its proper form."""
        self._check_depths()
        if any(found.code == "E0110" for found in self.diagnostics):
            return self.problem
        self._declare_types()
        self._declare_entities()
        self._declare_properties()
        problem = self.problem
        initial = tuple(self._initial(statement) for statement in problem.initial)
        actions = tuple(self._action(action) for action in problem.actions)
        passing = problem.passing and self._passing(problem.passing)
        triggers = tuple(self._trigger(trigger) for trigger in problem.triggers)
        processes = tuple(self._process(process) for process in problem.processes)
        utilities = self._utilities()
        endings = tuple(
            replace(ending, condition=condition) if condition is not ending.condition else ending
            for ending in problem.endings
            for condition in [self.condition(ending.condition, {})]
        )
        self.of_events = True
        demands = tuple(self.demand(demand) for demand in problem.demands)
        secrets = tuple(self._secret(secret) for secret in problem.secrets)
        self.of_events = False
        acceptances = self._acceptances()
        self._check_names()
        self.problem = replace(
            problem,
            initial=initial,
            actions=actions,
            triggers=triggers,
            utilities=utilities,
            endings=endings,
            demands=demands,
            secrets=secrets,
            acceptances=acceptances,
            processes=processes,
            passing=passing,
        )
        self._check_time()
        if not any(found.is_error for found in self.diagnostics):
            self._check_triggers_end()
            self._check_bound()
            self._check_use()
        return self.problem

    def _check_depths(self) -> None:
        """A problem built by a program must be readable once it is printed."""
        for root in self.problem.roots:
            level: list[Expression] = [root]
            for _ in range(2 * MAX_DEPTH + 2):
                level = [child for expression in level for child in children(expression)]
                if not level:
                    break
            else:
                self._say("E0110", f"more than {MAX_DEPTH} expressions stand in each other here", root.span)

    # -- the parts of a problem

    def _initial(self, statement: Expression) -> Expression:
        made = self.effect(statement, {})
        self._check_conflicts("the initial state", made, {}, statement.span)
        return made

    def _event(self, event: Action | Trigger, what: str) -> tuple[Scope, Expression, Expression]:
        scope = self._check_parameters(event.name, event.parameters)
        self.seen = set()
        for parameter in event.parameters:
            if isinstance(parameter, Parameter):
                self._warn_if_empty(what, parameter)
        precondition = self.condition(event.precondition, scope)
        effect = self.effect(event.effect, scope)
        self._check_conflicts(f"`{event.name}`", effect, scope, event.span)
        self._telling(event, event.telling, "telling", scope)
        return scope, precondition, effect

    def _unused(self, event: Action | Trigger | Process) -> None:
        if event.name in self.broken:
            return
        for parameter in event.parameters:
            if isinstance(parameter, Parameter) and parameter.name not in self.seen:
                self._say(
                    "W0111",
                    f"`{event.name}` never uses its parameter `{parameter.name}`",
                    parameter.span,
                    help="without it there are fewer actions that differ in nothing",
                )

    def _action(self, action: Action) -> Action:
        scope, precondition, effect = self._event(action, "action")
        consenting = []
        for expression in action.consenting:
            consenting.append(self._character(expression, scope, "only characters consent"))
            if not isinstance(expression, Name | FluentTerm):
                self._say("E0306", "who consents is a parameter or an entity", expression.span)
        names = [expression.name for expression in consenting if isinstance(expression, Name)]
        for expression in consenting:
            if isinstance(expression, Name) and names.count(expression.name) > 1:
                names.remove(expression.name)
                self._say("W0115", f"`{expression.name}` consents twice", expression.span)
        if action.natural and action.consenting:
            self._say(
                "E0310",
                f"nobody consents to `{action.name}`, which comes by itself",
                action.consenting[0].span or action.span,
                help="leave out `natural`, or who consents",
            )
        observing = self._observation(action.observing, scope)
        timed = self._timed(action, scope)
        self._unused(action)
        if effect == timed.begin == TRUE and action.name not in self.broken:
            self._say("W0110", f"the action `{action.name}` changes nothing, and so never happens", action.span)
        return replace(
            timed, precondition=precondition, effect=effect, consenting=tuple(consenting), observing=observing
        )

    def _observation(self, observing: Observation | None, scope: Scope) -> Observation | None:
        if observing is None:
            return None
        inner = dict(scope)
        self._variable(observing.variable, inner)
        kind = inner[observing.variable.name]
        if not self.is_sub(kind, "character") and observing.variable.type not in ("boolean", "number"):
            self._say(
                "E0306",
                f"only characters observe, and `{kind.text}` is no type of characters",
                observing.variable.span,
            )
        condition = self.condition(observing.condition, inner)
        return (
            observing
            if condition is observing.condition
            else Observation(observing.variable, condition, span=observing.span)
        )

    def _timed(self, action: Action, scope: Scope) -> Action:
        """The action with what makes it take time in its proper form."""
        if action.duration is None:
            parts: tuple[tuple[str, Expression | Observation | str | None], ...] = (
                ("begin", action.begin),
                ("while", action.throughout),
                ("broken", action.broken),
                ("observing end", action.observing_end),
                ("telling end", action.telling_end),
                ("telling broken", action.telling_broken),
            )
            for part, given in parts:
                if given is not None and given != TRUE and action.name not in self.broken:
                    self._say(
                        "E0311",
                        f"`{action.name}` takes no time, and so has no `{part}:`",
                        self._where_told(action, part) if isinstance(given, str) else given.span,
                        help="say how long it takes with `duration:`",
                    )
            return action
        if not action.consenting and action.name not in self.broken:
            self._say(
                "E0312",
                f"nobody does `{action.name}`, though it takes time",
                action.duration.span or action.span,
                help="say who with `consenting:`; what goes on by itself is a process",
            )
        begin, broken = self.effect(action.begin, scope), self.effect(action.broken, scope)
        for effect in (begin, broken):
            self._check_conflicts(f"`{action.name}`", effect, scope, action.span)
        self._telling(action, action.telling_end, "telling end", scope)
        self._telling(action, action.telling_broken, "telling broken", scope)
        return replace(
            action,
            duration=self.number(action.duration, scope, "a duration"),
            begin=begin,
            throughout=self.condition(action.throughout, scope),
            broken=broken,
            observing_end=self._observation(action.observing_end, scope),
        )

    def _process(self, process: Process) -> Process:
        scope = self._check_parameters(process.name, process.parameters)
        self.seen = set()
        for parameter in process.parameters:
            if isinstance(parameter, Parameter):
                self._warn_if_empty("process", parameter)
        condition = self.condition(process.condition, scope)
        changes = []
        for change in process.changes:
            target, kind, _ = self._resolve(change.target, scope, reading=False)
            if kind not in ("number", None):
                self._say(
                    "E0301",
                    f"only a number changes as time passes, and `{target.property}` is {kind_text(kind)}",
                    change.target.span,
                )
            rate = self.number(change.rate, scope, f"`{change.sign}=`")
            same = target is change.target and rate is change.rate
            changes.append(change if same else replace(change, target=target, rate=rate))
        self._unused(process)
        if not changes and process.name not in self.broken:
            self._say("W0110", f"the process `{process.name}` changes nothing", process.span)
        same = condition is process.condition and all(map(is_same, changes, process.changes))
        return process if same else replace(process, condition=condition, changes=tuple(changes))

    def _trigger(self, trigger: Trigger) -> Trigger:
        _, precondition, effect = self._event(trigger, "trigger")
        self._unused(trigger)
        if effect == TRUE and trigger.name not in self.broken:
            self._say("W0110", f"the trigger `{trigger.name}` changes nothing", trigger.span)
        return replace(trigger, precondition=precondition, effect=effect)

    def _passing(self, passing: Action) -> Action:
        """What is added to the passing of time, in its proper form."""
        _, precondition, effect = self._event(passing, "action")
        if passing != Action(TIME_PASSES, (), passing.precondition, passing.effect, telling=passing.telling):
            self._say(
                "E0213",
                f"of `{TIME_PASSES}` only `precondition:`, `effect:` and `telling:` are refined",
                passing.span,
            )
        return replace(passing, precondition=precondition, effect=effect)

    def _place(self, event: Action | Trigger, part: str) -> Place | None:
        """Where a telling text stands, if it was read from a file."""
        return None if event.span is None else self.tellings.get((event.span.path, event.span.start, part))

    def _where_told(self, action: Action, part: str) -> Span | None:
        place = self._place(action, part)
        return None if place is None else Span(place.path, place.offsets[0], place.offsets[-1])

    def _telling(self, event: Action | Trigger, text: str | None, part: str, scope: Scope) -> None:
        """Checks a telling text, with places in it if it was read from a file."""
        if text is None:
            return
        template = parse_template(text, self.diagnostics, self._place(event, part))
        names = dict(scope)
        for name in template.names:
            if name.name not in names and name.name not in self.entities:
                self._say(
                    "E0202",
                    f"unknown name `{name.name}`",
                    name.span,
                    label="neither a parameter nor an entity",
                    help=self._did_you_mean(name.name, [*names, *self.entities]),
                )
            else:
                self.seen.add(name.name)
                if name.name not in names:
                    self.mentioned.add(name.name)
        for condition in template.conditions:
            self.condition(condition, names)
        for term in template.terms:
            _, kind = self.value(term, names)
            if kind == "boolean":
                self._say("E0301", "a condition has no words of its own", term.span, help="write `{if …}…{else}…{end}`")

    def _utilities(self) -> tuple[Utility, ...]:
        made: list[Utility] = []
        first: dict[str | None, Utility] = {}
        kinds: dict[str | None, Kind] = {}
        for utility in self.problem.utilities:
            if utility.character is not None:
                if utility.character not in self.entities:
                    self._say(
                        "E0202",
                        f"there is no character `{utility.character}`",
                        utility.span,
                        help=self._did_you_mean(utility.character, self.characters),
                    )
                elif utility.character not in self.characters:
                    self._say(
                        "E0306",
                        f"only characters want something, and `{utility.character}` is no character",
                        utility.span,
                    )
            value, kind = self.value(utility.value, {})
            if kind not in ("number", "boolean", "?", None):
                self._say(
                    "E0301", f"a utility is a number or a condition, and this is {kind_text(kind)}", utility.value.span
                )
            if utility.character in first:
                whose = f"`{utility.character}`" if utility.character else "the author"
                self._say(
                    "W0115",
                    f"{whose} has two utilities; the last one counts",
                    utility.span,
                    labels=[(first[utility.character].span, "this one counts for nothing")],
                )
            first[utility.character] = utility
            made.append(utility if value is utility.value else replace(utility, value=value))
            kinds[utility.character] = kind
        # The last one counts, at the place of the first.
        last = {utility.character: utility for utility in made}
        for wish in self.wishes:
            value, kind = self._wish(wish)
            for entity in self.problem.entities:
                if self.overlaps(self.of_name[entity.name], wish.variable.type):
                    more = substituted(value, wish.variable.name, entity.name)
                    own = last.get(entity.name)
                    if own is None:
                        last[entity.name] = Utility(entity.name, more, span=wish.span)
                        kinds[entity.name] = kind
                    else:
                        both = _counted(own.value, kinds[entity.name]), _counted(more, kind)
                        last[entity.name] = replace(own, value=Arithmetic("+", *both))
                        kinds[entity.name] = "number"
        return tuple(last.values())

    def _wish(self, wish: Wish) -> tuple[Expression, Kind]:
        """Checks what all characters of a type want."""
        scope: Scope = {}
        self._variable(wish.variable, scope)
        things = scope[wish.variable.name]
        if not self.is_sub(things, "character") and wish.variable.type not in ("boolean", "number"):
            self._say(
                "E0306",
                f"only characters want something, and `{things.text}` is no type of characters",
                wish.variable.span,
            )
        value, kind = self.value(wish.value, scope)
        if kind not in ("number", "boolean", "?", None):
            self._say("E0301", f"a utility is a number or a condition, and this is {kind_text(kind)}", wish.value.span)
        return value, kind

    def demand(self, demand: Demand) -> Demand:
        """Checks a demand."""
        self.of_events = True
        if demand.form not in FORMS or (demand.other is not None) != (demand.form in FORMS[4:]):
            self._say("E0117", f"`{demand.form}` is no demand on these conditions", demand.span)
        condition = self.condition(demand.condition, {})
        other = None if demand.other is None else self.condition(demand.other, {})
        same = condition is demand.condition and other is demand.other
        return demand if same else replace(demand, condition=condition, other=other)

    def _secret(self, secret: Secret) -> Secret:
        self.of_events = False
        content, kind = self.value(secret.content, {})
        if kind == "?":
            self._say("E0301", "`?` is no secret", secret.content.span)
        elif isinstance(kind, Things) and isinstance(content, Name):
            self._say(
                "E0301",
                f"`{content.name}` is not something to know",
                content.span,
                help="a secret is a condition, or the value of a property",
            )
        if not secret.hidden_from:
            self._say("E0306", "a secret is kept from somebody, and this one from nobody", secret.span)
        hidden_from: list[Name | Group] = []
        for one in secret.hidden_from:
            if isinstance(one, Name):
                if one.name in self.known_types and one.name not in self.entities:
                    article = f"all(c : {one.name})"
                    self._say("E0202", f"`{one.name}` is a type", one.span, help=f"write `{article}` for all of them")
                else:
                    self._character(one, {}, "only characters come to know something")
                hidden_from.append(one)
                continue
            scope: Scope = {}
            self._variable(one.variable, scope)
            things = scope[one.variable.name]
            if not self.is_sub(things, "character") and one.variable.type not in ("boolean", "number"):
                self._say(
                    "E0306",
                    f"only characters come to know something, and `{things.text}` is no type of characters",
                    one.variable.span,
                )
            condition = self.condition(one.condition, scope)
            hidden_from.append(one if condition is one.condition else replace(one, condition=condition))
        self.of_events = True
        until = None if secret.until is None else self.condition(secret.until, {})
        made = tuple(hidden_from)
        same = content is secret.content and until is secret.until and all(map(is_same, made, secret.hidden_from))
        return secret if same else replace(secret, content=content, hidden_from=made, until=until)

    def _acceptances(self) -> tuple[Acceptance, ...]:
        made: dict[tuple[str, str | None], Acceptance] = {}
        for one in self.problem.acceptances:
            if one.kind not in KINDS:
                self._say(
                    "E0209",
                    f"nothing is found of a kind `{one.kind}`",
                    one.span,
                    help=self._did_you_mean(one.kind, KINDS) or f"the kinds are {', '.join(KINDS)}",
                )
            if one.subject is not None and one.span is None and not is_balanced(one.subject):
                self._say("E0106", f"the brackets of {one.subject!r} do not match", None)
            if not one.reason.strip():
                self._say("E0118", "this does not say why it is accepted", one.span)
            subject = None if one.subject is None else canonical_subject(one.subject)
            first = made.get((one.kind, subject))
            if first is not None:
                self._say("W0115", "this is accepted twice", one.span, labels=[(first.span, "first here")])
            else:
                made[one.kind, subject] = one if subject == one.subject else replace(one, subject=subject)
        return tuple(made.values())

    # -- findings about the whole

    def _check_names(self) -> None:
        problem = self.problem
        endings: dict[str, Span | None] = {}
        for ending in problem.endings:
            if ending.name in endings:
                self._say(
                    "E0205",
                    f"the ending `{ending.name}` is declared twice",
                    ending.span,
                    labels=[(endings[ending.name], "first here")],
                )
            endings[ending.name] = ending.span
        demands: dict[str, Span | None] = {}
        named: list[Demand | Secret] = [*problem.demands, *problem.secrets]
        for demand in named:
            if demand.name is not None:
                if demand.name in demands:
                    self._say(
                        "E0205",
                        f"there are two demands or secrets `{demand.name}`",
                        demand.span,
                        labels=[(demands[demand.name], "first here")],
                    )
                demands[demand.name] = demand.span
        seen: dict[str, list[Action | Trigger]] = {}
        for event in problem.events:
            what = "action" if isinstance(event, Action) else "trigger"
            for other in seen.get(event.name, ()):
                if type(other) is type(event) and len(other.parameters) == len(event.parameters):
                    common = self._common(other.parameters, event.parameters)
                    if common is not None:
                        self._say(
                            "E0206" if what == "action" else "W0116",
                            f"two {what}s `{event.name}` fit ({', '.join(common)})",
                            event.span,
                            labels=[(other.span, "the other one")],
                            help="give one of them another name",
                        )
                        break
            seen.setdefault(event.name, []).append(event)
        if problem.belief_depth is not None and not 0 <= problem.belief_depth <= 999:
            self._say("E0403", f"{problem.belief_depth} is no depth of belief", None)
        self._check_words()

    def _check_words(self) -> None:
        """Names of a problem that a program built, which must be able to stand in a file."""
        problem = self.problem
        built = [*problem.types, *problem.entities, *problem.properties, *problem.endings, *problem.events]
        words = [thing.name for thing in built if thing.span is None]
        words += [name for type in problem.types if type.span is None for name in type.parents]
        words += [name for entity in problem.entities if entity.span is None for name in entity.types]
        owners: list[Property | Action | Trigger] = [*problem.properties, *problem.events]
        parameters = [one for owner in owners if owner.span is None for one in owner.parameters]
        parameters += [group.variable for group in self._groups if group.span is None]
        named: list[Demand | Secret] = [*problem.demands, *problem.secrets]
        words += [one.name for one in named if one.span is None and one.name is not None]
        parameters += [
            action.observing.variable for action in problem.actions if action.observing and action.span is None
        ]
        for root in problem.roots:
            if root.span is None:
                pending = [root]
                while pending:
                    expression = pending.pop()
                    if isinstance(expression, Quantified):
                        parameters.append(expression.variable)
                    elif isinstance(expression, IsA):
                        words.append(expression.type)
                    pending.extend(children(expression))
        words += [one.name for one in parameters]
        words += [one.type for one in parameters if isinstance(one, Parameter)]
        for word in dict.fromkeys(words):
            if not is_name(word):
                self._say(
                    "E0105",
                    f"{word!r} cannot be a name",
                    None,
                    help="a name is a letter and then letters, digits and `_`",
                )

    def _check_conflicts(self, owner: str, effect: Expression, scope: Scope, where: Span | None) -> None:
        """Effects without condition that certainly give one fluent two values (others are seen when they happen)."""
        found: dict[tuple[str, tuple[str, ...]], list[Setting]] = {}
        for one in certain_settings(effect, (), {}):
            for other in found.get((one.property, one.path), ()):
                if one.differs_from(other, self) and one.meets(other, self):
                    self._say(
                        "E0401",
                        f"{owner} gives `{one.property}` two values at once",
                        one.span or where,
                        label="and another one here",
                        labels=[(other.span, "one value here")],
                    )
                    return
            found.setdefault((one.property, one.path), []).append(one)

    def _check_triggers_end(self) -> None:
        """Triggers whose effect touches nothing that their own precondition reads."""
        problem = self.problem
        reads = [properties_read(trigger.precondition) for trigger in problem.triggers]
        for number, trigger in enumerate(problem.triggers):
            if trigger.effect == TRUE:
                continue
            sets = properties_set(trigger.effect)
            if sets & reads[number] and not changes_nothing(trigger):
                continue
            if trigger.precondition == Literal(False):
                continue
            others = set().union(*(names for at, names in enumerate(reads) if at != number))
            if sets & others and not changes_nothing(trigger):
                self._say(
                    "W0118",
                    f"the effect of the trigger `{trigger.name}` never ends its own precondition",
                    trigger.span,
                    help="unless another trigger ends it, it fires for ever",
                )
            else:
                self._say(
                    "E0404",
                    f"the trigger `{trigger.name}` never ends: its effect cannot make its precondition false",
                    trigger.span,
                    help="add to its precondition what its effect brings about, negated",
                )

    def _check_bound(self) -> None:
        """Triggers that only set beliefs, and so change nothing where everybody is taken to believe what is so."""
        problem = self.problem
        if problem.belief_depth is None or len(self.characters) < 2:
            return
        for trigger in problem.triggers:
            constants = self.entities.keys() - {one.name for one in trigger.parameters if isinstance(one, Parameter)}
            if (
                trigger.effect != TRUE
                and sets_beliefs_alone(trigger.effect)
                and may_hold_for_all(trigger.precondition, constants)
            ):
                self._say(
                    "W0119",
                    f"`{trigger.name}` may fire for ever where belief ends",
                    trigger.span,
                    help="there everybody is taken to believe what is so, and what this sets is not kept; let it ask "
                    "for a belief that is wrong, or set what is so as well",
                )

    def _check_use(self) -> None:
        """What is declared and then matters to nothing."""
        problem = self.problem
        for type in problem.types:
            # A type without entities still serves those who include the file.
            if type.name not in self.used and type.name != "character":
                self._say("W0106", f"the type `{type.name}` is never used", type.span)
        reported: set[str] = set()
        for declared in problem.properties:
            name = declared.name
            if name in reported:
                continue
            if name not in self.read and name not in self.set:
                reported.add(name)
                self._say("W0107", f"the property `{name}` is never used", declared.span)
            elif name not in self.read:
                reported.add(name)
                self._say("W0107", f"the property `{name}` is set, but nothing reads it", declared.span)
            elif name not in self.set:
                reported.add(name)
                self._say("W0108", f"the property `{name}` is read, but nothing sets it", declared.span)
        wanting = {utility.character for utility in problem.utilities}
        acting = any(action.consenting for action in problem.actions)
        for entity in problem.entities:
            if entity.name in self.characters and entity.name not in wanting and acting:
                self._say(
                    "W0109",
                    f"the character `{entity.name}` has no utility, and so never a reason to act",
                    entity.span,
                    help=f"say what they want: `utility({entity.name}): …;`",
                )
        reached = (
            {
                parameter.type
                for owner in (*problem.events, *problem.processes)
                for parameter in owner.parameters
                if isinstance(parameter, Parameter)
            }
            | self._quantified
            | {group.variable.type for group in self._groups}
            | {wish.variable.type for wish in self.wishes}
        )
        for entity in problem.entities:
            if entity.name not in self.mentioned and not any(
                self.supertypes.get(name, frozenset()) & reached for name in entity.types
            ):
                self._say("W0112", f"nothing happens to the entity `{entity.name}`, nor through it", entity.span)

    @property
    def _quantified(self) -> set[str]:
        """The types of all quantified variables."""
        found: set[str] = set()
        for root in self.problem.roots:
            pending = [root]
            while pending:
                expression = pending.pop()
                if isinstance(expression, Quantified):
                    found.add(expression.variable.type)
                pending.extend(children(expression))
        return found


def _counted(value: Expression, kind: Kind) -> Expression:
    """A value that can be added to others."""
    return Conditional(((value, Literal(1)),), Literal(0)) if kind == "boolean" else value

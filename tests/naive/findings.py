"""What there is to find in a world, by definition.

Everything is computed from the moments and the acts of :class:`naive.graph.Graph` by trying all of them; nothing of
``chekhov.checking`` or of the kernel is used. Names are those of the world.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from chekhov import model
from chekhov.model import Demand, Done, EndingTerm, Expression, Group, Literal, Name, Secret
from chekhov.telling import bind as bind_names
from chekhov.validation.formulas import TRUE, All, Choice, Constant, Formula, Read, Test, Vocabulary, bind
from chekhov.validation.formulas import Any as AnyOf
from chekhov.validation.states import Value
from naive.graph import Arrival, Graph

TOO_FAR = 10_000


@dataclass(frozen=True)
class Crossing:
    """How often an act leads across, out of how often it is done on the near side, and the acts of a shortest story
    that it ends."""

    count: int
    of: int
    acts: int


class Findings:
    """What there is to find in the graph of a world."""

    def __init__(self, graph: Graph, acts: Iterable[str], fluents: Iterable[str], facts: Iterable[str]) -> None:
        self.graph = graph
        self.problem = graph.problem
        self.vocabulary = graph.interpreter.vocabulary
        self.names = self.vocabulary.characters
        self.acts = list(acts)
        """The acts to speak of: those that nothing that is always so rules out."""
        self._numbers = {str(fluent): number for number, fluent in enumerate(self.vocabulary.fluents)}
        self.fluents = {name: self._numbers[name] for name in fluents}
        """The fluents to speak of: those that can change at all, with their numbers here."""
        self.facts = list(facts)
        """The same and those that are stated at the start, though they never change."""
        self.typed = False
        """Whether what an entity of another type than its own would make of a formula counts for nothing. Of
        ``at(owner(Key))`` it is not said what it reads where nobody owns the key, or the key does."""

    # -- ways

    def distance(self, targets: set[Arrival], avoiding: set[Arrival] = frozenset()) -> int | None:  # type: ignore[assignment]
        """The acts of a shortest story that ends with one of these events, with none of the others before it."""
        if (None, 0) in targets:
            return 0
        if (None, 0) in avoiding:
            return None
        seen = {0}
        frontier = [0]
        acts = 0
        while frontier:
            acts += 1
            following = []
            for m in frontier:
                for act, target in self.graph.arcs[m]:
                    if (act, target) in targets:
                        return acts
                    if (act, target) not in avoiding and target not in seen:
                        seen.add(target)
                        following.append(target)
            frontier = following
        return None

    @cached_property
    def arrivals(self) -> set[Arrival]:
        """All acts with the moments that they lead to, and the start."""
        return {(act, target) for _, act, target in self.graph.events()}

    def into(self, moments: set[int]) -> set[Arrival]:
        """The events that lead into some moments."""
        return {(act, target) for act, target in self.arrivals if target in moments}

    def event(self, condition: Expression) -> set[Arrival]:
        """The events in which a condition holds that may speak of acts and endings."""
        formulas: dict[Expression, Formula] = {}
        found = set()
        for act, target in self.arrivals:
            plain = self._after(condition, act)
            if plain not in formulas:
                formulas[plain] = self.vocabulary.formula(plain, {})
            if formulas[plain].holds(self.graph.states[target]):
                found.add((act, target))
        return found

    def _after(self, expression: Any, act: str | None) -> Any:
        """An expression with what it says of acts and endings put in plain words, right after an act."""
        if isinstance(expression, Done):
            name, _, rest = (act or "").removesuffix(")").partition("(")
            arguments = rest.split(", ") if rest else []
            return Literal(
                name == expression.action
                and len(arguments) == len(expression.arguments)
                and all(
                    part is None or part.name == argument
                    for part, argument in zip(expression.arguments, arguments, strict=True)
                )
            )
        if isinstance(expression, EndingTerm):
            return next(ending.condition for ending in self.problem.endings if ending.name == expression.name)
        if isinstance(expression, tuple):
            return tuple(self._after(part, act) for part in expression)
        if dataclasses.is_dataclass(expression) and not isinstance(expression, type):
            changes = {
                one.name: self._after(getattr(expression, one.name), act)
                for one in dataclasses.fields(expression)
                if one.name != "span"
            }
            return dataclasses.replace(expression, **changes)
        return expression

    # -- endings

    @cached_property
    def ending_moments(self) -> dict[str, set[int]]:
        return {
            ending.name: self.graph.where(self.vocabulary.formula(ending.condition, {}))
            for ending in self.problem.endings
        }

    @cached_property
    def ended(self) -> set[int]:
        return set().union(*self.ending_moments.values())

    def endings(self) -> dict[str, tuple[int, int | None]]:
        """For each ending in how many moments it holds, and the acts of a shortest story to it."""
        return {
            name: (len(moments), min((self.graph.level[m] for m in moments), default=None))
            for name, moments in self.ending_moments.items()
        }

    def shares(self, most_acts: int) -> dict[str, float]:
        """The exact probability of each ending in random play."""
        return {name: self.graph.share(moments, self.ended, most_acts) for name, moments in self.ending_moments.items()}

    def dead_ends(self) -> tuple[int, int] | None:
        """How many moments are no ending and have no way on, and the acts to the first."""
        stuck = self.graph.final - self.ended
        return (len(stuck), min(self.graph.level[m] for m in stuck)) if stuck else None

    def traps(self) -> tuple[int, int] | None:
        """How many sets of moments there are that one cannot leave, can go round in, and that have no ending; and how
        many moments are in them."""
        following = [self.graph.reach([m], set()) for m in range(len(self.graph.states))]
        found = set()
        for m, reached in enumerate(following):
            closed = all(m in following[other] and other in self.graph.explored for other in reached)
            if closed and self.graph.arcs[m] and not reached & self.ended:
                found.add(frozenset(reached))
        return (len(found), sum(map(len, found))) if found else None

    def _hoped(self, moments: set[int]) -> set[int]:
        """From where these moments can be reached, or may be, beyond where anybody has looked."""
        hoped = moments | (self.graph.all - self.graph.explored)
        return hoped | self.graph.ahead(self.into(hoped))

    def choices(self) -> dict[tuple[str | None, str], Crossing]:
        """The acts that lose an ending, or every ending (None)."""
        graph = self.graph
        found: dict[tuple[str | None, str], Crossing] = {}
        if not self.ended:
            return found
        unended = graph.reach([0] if 0 not in self.ended else [], self.into(self.ended))
        towards = self.ended | graph.ahead(self.into(self.ended))
        hopeful = self._hoped(self.ended)

        def cross(name: str | None, near: set[int], lost: dict[int, set[int]], ended: set[int]) -> None:
            acts: dict[str, list[int]] = {}
            for m in near:
                for act, target in graph.arcs[m]:
                    if target in lost[m]:
                        acts.setdefault(act, []).append(m)
            for act, sources in acts.items():
                distances = [self.distance(self.into({m}), self.into(ended)) for m in sources]
                found[name, act] = Crossing(
                    len(sources),
                    sum(any(act == other for other, _ in graph.arcs[m]) for m in near),
                    1 + min(TOO_FAR if distance is None else distance for distance in distances),
                )

        hopeless = graph.all - hopeful
        cross(None, unended & towards, dict.fromkeys(unended & towards, hopeless), self.ended)
        if len(self.ending_moments) > 1:
            for name, moments in self.ending_moments.items():
                if moments:
                    near = graph.reach([0] if 0 not in moments else [], self.into(moments))
                    near &= moments | graph.ahead(self.into(moments))
                    lost = graph.all - self._hoped(moments)
                    cross(name, near, {m: lost - hopeless if m in unended else lost for m in near}, moments)
        return found

    # -- what is not used

    def never(self) -> tuple[dict[str, set[str]], dict[str, tuple[set[str], set[str]]]]:
        """By action, the acts that are never possible; and those that are and that nobody does, with those who consent
        and never have a reason for one of them."""
        graph = self.graph
        possible = {str(event.act): event for m in range(len(graph.states)) for event in graph.possible[m]}
        taken = {act for arcs in graph.arcs for act, _ in arcs}
        impossible: dict[str, set[str]] = {}
        unwanted: dict[str, tuple[set[str], set[str]]] = {}
        for action in self.problem.actions:
            acts = [act for act in self.acts if act.partition("(")[0] == action.name]
            never = {act for act in acts if act not in possible}
            undone = {act for act in acts if act in possible and act not in taken and not graph.physical}
            if len(never) == len(acts) or (never and never | undone != set(acts)):
                impossible[action.name] = never
            unwilling = {
                act: {
                    self.names[character]
                    for character in possible[act].consenting
                    if not any(self._wants(character, m, act) for m in range(len(graph.states)))
                }
                for act in undone
            }
            # Where nobody has looked on, it may be done after all.
            undone = {act for act in undone if unwilling[act] or graph.complete}
            if undone:
                unwanted[action.name] = (undone, set().union(*(unwilling[act] for act in undone)))
        return impossible, unwanted

    def _wants(self, character: int, m: int, act: str) -> bool:
        """Whether somebody has a reason for an act in a moment in which it is possible."""
        event = next((event for event in self.graph.possible[m] if str(event.act) == act), None)
        belief = self.graph.states[m].beliefs[character]
        limits = self.graph.limits
        return (
            event is not None
            and event.precondition.holds(belief)
            and self.graph.reasons.explanation(event, character, belief, 1, limits.reason_acts) is not None
        )

    def never_fires(self) -> set[str]:
        return {trigger.name for trigger in self.problem.triggers} - {
            trigger.partition("(")[0] for trigger in self.graph.firing
        }

    def constant(self) -> dict[str, set[str]]:
        """By property, the facts that have the same value in all moments."""
        found: dict[str, set[str]] = {}
        for name in self.facts:
            number = self._numbers[name]
            if len({state.values[number] for state in self.graph.states}) == 1:
                found.setdefault(name.partition("(")[0], set()).add(name)
        return found

    def uses(self) -> tuple[dict[str, set[str]], set[str]]:
        """The events that can change each fact in the actual world, and the facts that something reads; with all events
        that there could be, and nothing evaluated away. What only makes a fact's new value of its old one does not
        read it."""
        problem, vocabulary = self.problem, Vocabulary(self.problem)
        changers: dict[str, set[str]] = {}
        read: set[int | str] = set()
        for declared in problem.events:
            for arguments in vocabulary.instances(declared.parameters):
                bindings = bind(declared.parameters, arguments)
                read |= self._turns_on(vocabulary.formula(declared.precondition, bindings))
                for effect in vocabulary.effects(declared.effect, bindings):
                    if self._is_no_value(effect.condition):
                        continue
                    read |= (self._mentioned(effect.condition) | self._mentioned(effect.term)) - {effect.fluent}
                    if not effect.path:
                        changers.setdefault(str(vocabulary.fluents[effect.fluent]), set()).add(declared.name)
                if isinstance(declared, model.Action):
                    read |= self._observing(vocabulary, declared, bindings)
        for utility in self.graph.interpreter.utilities.values():
            read |= self._mentioned(utility)
        for ending in problem.endings:
            read |= self._mentioned(vocabulary.formula(ending.condition, {}))
        asked = [condition for demand in problem.demands for condition in (demand.condition, demand.other)]
        for secret in problem.secrets:
            asked.append(secret.until)
            for one, name in product(secret.hidden_from, self.names):
                known = self._known(secret, name)
                if isinstance(one, Name):
                    asked += [known] if one.name == name else []
                elif problem.is_a(name, one.variable.type):
                    # Grounded together: if one part can never be, nothing depends on the other.
                    asked.append(model.And((bind_names(one.condition, {one.variable.name: name}), known)))
        for condition in asked:
            if condition is not None:
                for act in [None, *self.acts]:
                    read |= self._mentioned(vocabulary.formula(self._after(condition, act), {}))
        return changers, {str(vocabulary.fluents[number]) for number in read if isinstance(number, int)}

    def _known(self, secret: Secret, name: str) -> Expression:
        """What says that somebody has come to know a secret."""
        believed = model.Believes(Name(name), secret.content)
        if self.vocabulary._kind(secret.content, {}) == "boolean":
            return model.And((secret.content, believed))
        known = model.Comparison("!=", secret.content, Literal(None))
        return model.And((known, model.Comparison("==", secret.content, believed)))

    def _observing(self, vocabulary: Vocabulary, action: model.Action, bindings: dict[str, str]) -> set[int | str]:
        """What decides who sees an action."""
        found: set[int | str] = set()
        if action.observing is not None:
            variable = action.observing.variable
            for entity in self.problem.entities_of(variable.type):
                if entity.name in self.names:
                    inner = {**bindings, variable.name: entity.name}
                    found |= self._mentioned(vocabulary.formula(action.observing.condition, inner))
        return found

    def never_acts(self) -> set[str]:
        acting = {
            character
            for m, arcs in enumerate(self.graph.arcs)
            for act, _ in arcs
            for event in self.graph.possible[m]
            if str(event.act) == act
            for character in event.consenting
        }
        return {name for number, name in enumerate(self.names) if number not in acting}

    # -- what matters

    def guns(self) -> tuple[set[str], set[str]]:
        """The things and the facts that are on the stage and matter to no story that reaches an ending.

        Everything is read from the world as declared, nothing evaluated away beforehand.
        """
        graph, problem = self.graph, self.problem
        if not self.ended:
            return set(), set()
        towards = self.ended | graph.ahead(self.into(self.ended))
        leading = {act for _, act, target in graph.events() if act is not None and target in towards}
        done = {act for arcs in graph.arcs for act, _ in arcs}
        vocabulary = Vocabulary(problem)
        mattering: set[int | str] = set()
        for ending in problem.endings:
            mattering |= self._mentioned(vocabulary.formula(ending.condition, {}))
        rules: list[tuple[set[int | str], list[tuple[int, set[int | str]]]]] = []
        changed = {
            number
            for number in range(len(vocabulary.fluents))
            if len({state.values[number] for state in graph.states}) > 1
        }
        used: set[str] = set()
        for declared in problem.events:
            for arguments in vocabulary.instances(declared.parameters):
                act = f"{declared.name}({', '.join(arguments)})"
                if act not in done and act not in graph.firing:
                    continue
                bindings = bind(declared.parameters, arguments)
                reads = self._turns_on(vocabulary.formula(declared.precondition, bindings)) | set(arguments)
                effects = vocabulary.effects(declared.effect, bindings)
                changed |= {effect.fluent for effect in effects if effect.condition == TRUE}
                if isinstance(declared, model.Action):
                    used |= set(arguments)
                    if act not in leading:
                        continue
                    reads |= self._observing(vocabulary, declared, bindings)
                    for character in declared.consenting:
                        term = vocabulary.term(character, bindings)
                        assert isinstance(term, Constant)
                        number = vocabulary.character(str(term.of))
                        reads |= self._mentioned(graph.interpreter.utilities[number])
                changes = []
                for effect in effects:
                    if self._is_no_value(effect.condition):
                        continue
                    path = {self.names[character] for character in effect.path}
                    mentioned = self._mentioned(effect.condition) | self._mentioned(effect.term)
                    changes.append((effect.fluent, mentioned | path))
                rules.append((reads, changes))
        while True:
            more: set[int | str] = set()
            for reads, changes in rules:
                relevant = [mentioned for fluent, mentioned in changes if fluent in mattering]
                if relevant:
                    more = more.union(reads, *relevant)
            if more <= mattering:
                break
            mattering |= more
        facts = {str(vocabulary.fluents[number]) for number in changed if number not in mattering}
        stage = used.union(*(vocabulary.fluents[number].arguments for number in changed))
        return {entity for entity in stage if entity not in mattering}, facts

    def _turns_on(self, precondition: Formula) -> set[int | str]:
        """What a precondition mentions, but for alternatives that contradict themselves."""
        clauses = [clause for clause in self._clauses(precondition) if not _is_contradictory(clause)]
        return set().union(*(self._mentioned(clause) for clause in clauses))

    def _clauses(self, formula: Formula) -> list[tuple[Test, ...]]:
        """The disjunctive normal form; that a truth is another one, or is not, stands for what both of them are."""
        match formula:
            case AnyOf(parts):
                return [clause for part in parts for clause in self._clauses(part)]
            case All(parts):
                return [sum(choice, ()) for choice in product(*map(self._clauses, parts))]
            case Test(operator, Read(_, fluent) as left, Read() as right):
                if self.vocabulary.fluents[fluent].declared.type == "boolean":
                    return [
                        (Test("==", left, Constant(truth)), Test("==", right, Constant(truth == (operator == "=="))))
                        for truth in (True, False)
                    ]
        assert isinstance(formula, Test)
        return [(formula,)]

    def _mentioned(self, what: Any) -> set[int | str]:
        """The fluents (by number) that a term or formula reads, and the entities (by name) that it names, those in
        the arguments of its fluents and those whose belief it reads among them."""
        match what:
            case Read(path, fluent):
                arguments = self.vocabulary.fluents[fluent].arguments
                return {fluent, *arguments, *(self.names[character] for character in path)}
            case Constant(of):
                return {of} if isinstance(of, str) else set()
            case All() if self._is_no_value(what):
                return set()
            case Choice(branches, otherwise):
                possible = [branch for branch in branches if not self._is_no_value(branch[0])]
                return self._mentioned(tuple(possible)) | self._mentioned(otherwise)
            case tuple():
                return set().union(*map(self._mentioned, what))
        if dataclasses.is_dataclass(what):
            return set().union(*(self._mentioned(getattr(what, one.name)) for one in dataclasses.fields(what)))
        return set()

    def _is_no_value(self, condition: Formula) -> bool:
        """Whether a condition says that a fluent is an entity of another type than its own, and that counts."""
        match condition:
            case All(parts):
                return any(map(self._is_no_value, parts))
            case Test("==", Read(_, fluent), Constant(str(entity))):
                return self.typed and not self.problem.is_a(entity, self.vocabulary.fluents[fluent].declared.type)
        return False

    # -- minds

    def _values(self, m: int, character: int) -> Iterator[tuple[str, Value, Value]]:
        """Each fluent with its actual value and the one that somebody believes."""
        state = self.graph.states[m]
        for name, number in self.fluents.items():
            yield name, state.values[number], state.beliefs[character].values[number]

    def false_beliefs(self) -> dict[tuple[str, str], int]:
        """Who comes to believe falsely what they did not have wrong at the start: in how many moments."""
        found: dict[tuple[str, str], int] = {}
        for character, who in enumerate(self.names):
            for m in range(len(self.graph.states)):
                for fluent, actual, believed in self._values(m, character):
                    if believed is not None and believed != actual and (m > 0 or (who, fluent) in found):
                        found[who, fluent] = found.get((who, fluent), 0) + 1
                    elif believed is not None and believed != actual:
                        found[who, fluent] = -TOO_FAR
        return {key: count for key, count in found.items() if count > 0}

    def knowledge(self) -> dict[tuple[str, str, Value], int]:
        """Of facts that somebody has wrong or does not know in some moment: which values they come to know rightly,
        after how many acts, but for those that they know at the start."""
        found: dict[tuple[str, str, Value], int] = {}
        open_to: set[tuple[str, str]] = set()
        for character, who in enumerate(self.names):
            for m in range(len(self.graph.states)):
                for fluent, actual, believed in self._values(m, character):
                    if believed == actual:
                        found.setdefault((who, fluent, actual), self.graph.level[m])
                    else:
                        open_to.add((who, fluent))
        return {key: acts for key, acts in found.items() if key[:2] in open_to and acts > 0 and key[2] is not None}

    def ranges(self) -> dict[str, dict[Value, int]]:
        found: dict[str, dict[Value, int]] = {}
        for name, number in self.fluents.items():
            counts = found.setdefault(name, {})
            for state in self.graph.states:
                counts[state.values[number]] = counts.get(state.values[number], 0) + 1
        return found

    def misled(self) -> dict[tuple[str, str], int]:
        """Who does what they would have no reason for if they knew how things stand: in how many moments."""
        found: dict[tuple[str, str], int] = {}
        limits = self.graph.limits
        for m, arcs in enumerate(self.graph.arcs):
            state = self.graph.states[m]
            done = {act for act, _ in arcs}
            for event in self.graph.possible[m]:
                if str(event.act) not in done:
                    continue
                for character in event.consenting:
                    if not self._wants(character, m, str(event.act)):
                        continue
                    mind = self.graph.mind(state, character)
                    if self.graph.reasons.explanation(event, character, mind, 1, limits.reason_acts) is None:
                        key = str(event.act), self.names[character]
                        found[key] = found.get(key, 0) + 1
        return found

    # -- demands

    def demand(self, demand: Demand) -> tuple[str, int | None]:
        """How a demand stands in the moments that are known (``fails`` or ``holds``), and the acts of a shortest
        story that shows it."""
        condition = self.event(demand.condition)
        other = set() if demand.other is None else self.event(demand.other)
        match demand.form:
            case "always":
                story = self.distance(self.arrivals - condition)
            case "never":
                story = self.distance(condition)
            case "possible":
                story = self.distance(condition)
                return ("fails" if story is None else "holds"), story
            case "inevitable":
                if (None, 0) in condition:
                    return "holds", None
                hoped = condition | self.into(self.graph.all - self.graph.explored)
                ahead = self.graph.ahead(hoped) | (self.graph.all - self.graph.explored)
                lost = self.graph.reach([0], condition) - ahead
                story = self.distance(self.into(lost), condition) if lost else None
            case "before":
                story = self.distance(other - condition, condition)
            case "until":
                story = self.distance(self.arrivals - condition - other, other)
        return ("holds" if story is None else "fails"), story

    def path(self, to: Expression, origin: Expression | None, avoided: Expression | None) -> int | None:
        """The acts of a shortest path to where ``to`` holds, from where ``origin`` has just come to hold (None: the
        start), with ``avoided`` never holding."""
        avoiding = set() if avoided is None else self.event(avoided)
        if (None, 0) in avoiding:
            return None
        targets = self.event(to) - avoiding
        if origin is None:
            return self.distance(targets, avoiding)
        reached = self.graph.reach([0], avoiding)
        origins = self.event(origin) - avoiding
        sources = {
            target for m, act, target in self.graph.events() if (act, target) in origins and (m is None or m in reached)
        }
        at_once = self.vocabulary.formula(self._after(to, None), {})
        never = None if avoided is None else self.vocabulary.formula(self._after(avoided, None), {})
        states = self.graph.states
        if any(at_once.holds(states[m]) and not (never and never.holds(states[m])) for m in sources):
            return 0
        seen, frontier, acts = set(sources), sources, 0
        while frontier:
            acts += 1
            following = set()
            for m in frontier:
                for act, target in self.graph.arcs[m]:
                    if (act, target) in targets:
                        return acts
                    if (act, target) not in avoiding and target not in seen:
                        following.add(target)
            seen |= following
            frontier = following
        return None

    def leaks(self, secret: Secret) -> dict[str, int]:
        """To whom a secret comes out, after how many acts."""
        until = set() if secret.until is None else self.event(secret.until)
        found = {}
        for name in self.names:
            known = self.event(self._known(secret, name))
            leaking = {(act, m) for act, m in known if any(self._kept_from(one, name, m) for one in secret.hidden_from)}
            story = self.distance(leaking - until, until)
            if story is not None:
                found[name] = story
        return found

    def _kept_from(self, one: Name | Group, name: str, m: int) -> bool:
        if isinstance(one, Name):
            return one.name == name
        if not self.problem.is_a(name, one.variable.type):
            return False
        condition = self.vocabulary.formula(one.condition, {one.variable.name: name})
        return condition.holds(self.graph.states[m])


def _is_contradictory(clause: tuple[Test, ...]) -> bool:
    """Whether atoms of a clause say outright that a fluent has two values, or a value and not that value."""
    tests = [test for test in clause if isinstance(test.left, Read) and isinstance(test.right, Constant)]
    return any(
        one.operator == "=="
        and one.left == other.left
        and ((one.right == other.right) == (other.operator == "!="))
        and other.operator in ("==", "!=")
        for one in tests
        for other in tests
    )

"""Small random worlds, the same for the same seed, that hit the corners of the meaning.

They are small enough for the naive evaluator to explore in a moment, and rich: nominal comparisons of two fluents,
disjunctions, quantifiers, conditionals and ``?`` in preconditions; conditional, nested and conflicting effects;
triggers on perception and ones that never end; observers who see some of it; several who consent; false beliefs three
minds deep; bounded numbers; bounded belief; natural actions.

Example
-------
>>> random_world(7) == random_world(7)
True
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Literal as OneOf

from chekhov.model import (
    FORMS,
    TRUE,
    Acceptance,
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Change,
    Comparison,
    Conditional,
    Demand,
    Done,
    Ending,
    EndingTerm,
    Entity,
    Expression,
    FluentTerm,
    Group,
    IsA,
    Literal,
    Name,
    Not,
    Observation,
    Or,
    Parameter,
    Problem,
    Process,
    Property,
    Quantified,
    Secret,
    TimeStep,
    Trigger,
    Type,
    UnderWay,
    Utility,
)

CHARACTERS = ("Ann", "Bob", "Cyd")
PLACES = ("Hall", "Yard")
Operator = OneOf["==", "!=", "<", "<=", ">", ">="]


def random_world(seed: int) -> Problem:
    """A small world, for any seed."""
    world = _World(Random(seed), together=seed % 2 == 1).problem()
    return _with_natural_acts(world, Random(seed)) if seed % 3 == 1 else world


def _with_natural_acts(problem: Problem, random: Random) -> Problem:
    """The world with what nobody consents to, and an action or two that somebody did, as natural actions."""
    natural = {number for number, action in enumerate(problem.actions) if not action.consenting}
    natural |= set(random.sample(range(len(problem.actions)), random.choice((1, 1, 2))))
    actions = tuple(
        replace(action, consenting=(), natural=True) if number in natural else action
        for number, action in enumerate(problem.actions)
    )
    return replace(problem, actions=actions)


def random_timed_world(seed: int) -> Problem:
    """A small world in which acts take time, and numbers change while it passes."""
    return _TimedWorld(Random(seed), together=seed % 3 == 1).timed_problem(seed)


class _World:
    """One world in the making: what is declared so far, and how to make expressions of it."""

    def __init__(self, random: Random, together: bool) -> None:
        self.random = random
        self.characters = CHARACTERS[: random.choice((2, 2, 2, 3))]
        self.types = (Type("place", ("location",)), Type("location"), Type("guard", ("character",)), Type("thing"))
        self.entities = (
            *(
                Entity(
                    name, ("guard",) if number == 1 else ("character", "location") if number == 0 else ("character",)
                )
                for number, name in enumerate(self.characters)
            ),
            *(Entity(name, ("place",)) for name in PLACES[: random.choice((1, 2, 2))]),
            Entity("Key", ("thing",)),
        )
        self.empty = Problem(types=self.types, entities=self.entities)
        who = Parameter("who", "character")
        choices = [
            Property("at", (who,), "place"),
            Property("at", (Parameter("what", "thing"),), "location"),
            Property("open", (), "boolean"),
            Property("glad", (who,), "boolean"),
            Property("armed", (Name(random.choice(self.characters)),), "boolean"),
            Property("count", (), "number"),
            Property("gold", (who,), "number", bounds=(0, 2)),
            Property("heat", (), "number", bounds=(-1, 3)),
            Property("likes", (who,), "character"),
            Property("owner", (Parameter("what", "thing"),), "character"),
        ]
        kept = sorted(random.sample(range(len(choices)), random.choice((2, 3, 3, 4, 4, 5))))
        self.properties = tuple(choices[number] for number in kept)
        self.scope: dict[str, str] = {}
        """The variables that can be named, with their types."""
        self.fresh = 0
        self.steps: list[tuple[FluentTerm, Expression]] = []
        """Facts that actions bring about one after the other, and of which somebody wants the last."""
        if together or self.chance(0.6):
            declared = random.sample(self.properties, min(len(self.properties), random.choice((2, 2, 3)) + together))
            self.steps = [(self.term(one), self.constant(one)) for one in declared]
        self.hero = random.choice(self.characters)
        """Who, if anybody, is likely to want that and to consent to it."""
        self.together = together
        """Everybody wants it, and each step is somebody else's: so others' reasons, in a mind, take several acts."""

    # Names

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def entity(self, type_name: str) -> Name | None:
        """A variable or an entity of the type, if there is any."""
        variables = [name for name, kind in self.scope.items() if type_name in self.empty.supertypes(kind)]
        if variables and self.chance(0.7):
            return Name(self.random.choice(variables))
        entities = [entity.name for entity in self.empty.entities_of(type_name)]
        return Name(self.random.choice(entities)) if entities else None

    def character(self) -> Name:
        name = self.entity("character")
        assert name is not None
        return name

    def fluent(self, *kinds: str) -> FluentTerm | None:
        """A term for a fluent whose property is of one of the kinds (``boolean``, ``number``, ``entity``)."""
        declared = [one for one in self.properties if _kind(one.type) in kinds]
        return self.term(self.random.choice(declared)) if declared else None

    def term(self, declared: Property) -> FluentTerm:
        arguments: list[Expression] = []
        for parameter in declared.parameters:
            if isinstance(parameter, Name):
                arguments.append(parameter)
                continue
            argument: Expression | None = self.entity(parameter.type)
            assert argument is not None
            holders = [one for one in self.properties if one.type == parameter.type]
            if holders and declared.type != parameter.type and self.chance(0.06):
                argument = self.term(self.random.choice(holders))
            arguments.append(argument)
        return FluentTerm(declared.name, tuple(arguments))

    def declared(self, term: FluentTerm) -> Property:
        """The property of a term made by :meth:`term`."""
        named = [one for one in self.properties if one.name == term.property]
        if len(named) == 1:
            return named[0]
        argument = term.arguments[0]
        if isinstance(argument, FluentTerm):
            kind = self.declared(argument).type
        else:
            assert isinstance(argument, Name)
            entity = next((one for one in self.entities if one.name == argument.name), None)
            kind = self.scope[argument.name] if entity is None else entity.types[0]
        return next(
            one
            for one in named
            if isinstance(one.parameters[0], Parameter) and one.parameters[0].type in self.empty.supertypes(kind)
        )

    # Values

    def constant(self, declared: Property) -> Expression:
        """A value that the property can take."""
        if declared.type == "boolean":
            return Literal(self.chance(0.5))
        if self.chance(0.15):
            return Literal(None)
        if declared.type == "number":
            low, high = declared.bounds or (0, 2)
            return Literal(self.random.randint(int(low), int(high)))
        return self.entity(declared.type) or Literal(None)

    def number(self, depth: int) -> Expression:
        """An arithmetic expression."""
        fluent = self.fluent("number")
        if fluent is None or self.chance(0.3):
            return Literal(self.random.choice((0, 1, 1, 2, 3, -1, 0.5)))
        if depth <= 0 or self.chance(0.5):
            return fluent
        roll = self.random.random()
        if roll < 0.65:
            operator = self.random.choice(("+", "+", "-", "-", "*", "/"))
            return Arithmetic(operator, self.number(depth - 1), self.number(depth - 1))  # type: ignore[arg-type]
        if roll < 0.75:
            return Conditional(((self.condition(depth - 1), self.number(depth - 1)),), self.number(depth - 1))
        if roll < 0.85:
            return self.quantified(self.random.choice(("sum", "sum", "product")), lambda: self.number(depth - 1))
        if roll < 0.95:
            return Believes(self.character(), self.number(depth - 1))
        return Literal(None)

    def value(self, declared: Property, depth: int) -> Expression:
        """What an effect may give a fluent of the property."""
        if declared.type == "boolean":
            return self.condition(depth) if self.chance(0.25) else Literal(self.chance(0.5))
        if declared.type == "number":
            return self.number(depth) if self.chance(0.7) else self.constant(declared)
        same = [one for one in self.properties if one.type == declared.type]
        if same and self.chance(0.3):
            term: Expression = self.term(self.random.choice(same))
            return Believes(self.character(), term) if self.chance(0.3) else term
        if self.chance(0.1):
            return Conditional(((self.condition(0), self.constant(declared)),), self.constant(declared))
        return self.constant(declared)

    # Conditions

    def quantified(self, kind: str, body: object) -> Quantified:
        """A quantification whose body is made with its variable in scope."""
        assert callable(body)
        self.fresh += 1
        variable = Parameter(f"v{self.fresh}", self.random.choice(("character", "character", "place", "guard")))
        self.scope[variable.name] = variable.type
        inner = body()
        del self.scope[variable.name]
        return Quantified(kind, variable, inner)  # type: ignore[arg-type]

    def condition(self, depth: int) -> Expression:
        """A condition, nested so deep."""
        roll = self.random.random()
        if depth <= 0 or roll < 0.32:
            return self.atom()
        if roll < 0.38:
            # What is so and what somebody believes of it: in that somebody's world it is one fluent that surprise sets
            # twice.
            declared = self.random.choice(self.properties)
            target = self.term(declared)
            sides: list[Expression] = [Comparison("==", target, self.constant(declared)) for _ in range(3)]
            sides[0] = Believes(self.character(), sides[0])
            sides[1] = And((sides[0], sides[1])) if self.chance(0.5) else Or((sides[0], sides[1]))
            self.random.shuffle(sides)
            return Or(tuple(sides[:2])) if self.chance(0.5) else And(tuple(sides[:2]))
        if roll < 0.55:
            parts = tuple(self.condition(depth - 1) for _ in range(self.random.choice((2, 2, 3))))
            return Or(parts) if self.chance(0.5) else And(parts)
        if roll < 0.64:
            return Not(self.condition(depth - 1))
        if roll < 0.78:
            return Believes(self.character(), self.condition(depth - 1))
        if roll < 0.86:
            return self.quantified(self.random.choice(("forall", "exists")), lambda: self.condition(depth - 1))
        if roll < 0.92:
            otherwise = self.condition(depth - 1) if self.chance(0.7) else None
            return Conditional(((self.condition(depth - 1), self.condition(depth - 1)),), otherwise)
        return Comparison(self.random.choice(("==", "!=")), self.condition(depth - 1), self.condition(depth - 1))

    def atom(self) -> Expression:
        roll = self.random.random()
        if roll < 0.1:
            name = self.entity("character")
            assert name is not None
            return IsA(name, "guard")
        if roll < 0.4 and (boolean := self.fluent("boolean")) is not None:
            return boolean if self.chance(0.6) else Not(boolean)
        if roll < 0.65 and (number := self.fluent("number")) is not None:
            operators: tuple[Operator, ...] = ("==", "!=", "<", "<=", ">", ">=")
            sides = (number, self.number(1))
            left, right = sides if self.chance(0.8) else (sides[1], sides[0])
            return Comparison(self.random.choice(operators), left, right)
        if (nominal := self.fluent("entity", "boolean")) is not None:
            declared = self.declared(nominal)
            other: Expression = self.constant(declared)
            same = [one for one in self.properties if _kind(one.type) == _kind(declared.type)]
            if self.chance(0.4):
                other = self.term(self.random.choice(same))
                if self.chance(0.3):
                    other = Believes(self.character(), other)
            elif _kind(declared.type) == "entity" and self.chance(0.1):
                return IsA(nominal, self.random.choice(("place", "guard", "character")))
            return Comparison("==" if self.chance(0.7) else "!=", nominal, other)
        number = self.fluent("number")
        assert number is not None
        return Comparison(self.random.choice(("<", ">=")), number, self.number(0))

    # Effects

    def assignment(self, depth: int) -> Expression:
        declared = self.random.choice(self.properties)
        value = self.value(declared, 1)
        target: FluentTerm | Believes = self.term(declared)
        around = 0
        while self.chance(0.25) and around < depth:
            around += 1
            if self.chance(0.4):
                target = Believes(self.character(), target)
            else:
                effect: Expression = Assignment(target, value)
                for _ in range(around):
                    effect = Believes(self.character(), effect)
                return effect
        return Assignment(target, value)

    def effect(self, depth: int) -> Expression:
        """An effect, nested so deep."""
        roll = self.random.random()
        if roll < 0.05:
            return self.about_the_same()
        if depth <= 0 or roll < 0.5:
            return self.assignment(2)
        if roll < 0.75:
            return self.joined(self.effect(depth - 1), depth - 1)
        if roll < 0.88:
            otherwise = self.effect(depth - 1) if self.chance(0.4) else None
            return Conditional(((self.condition(1), self.effect(depth - 1)),), otherwise)
        if roll < 0.94:
            return self.quantified("forall", lambda: self.effect(depth - 1))
        return Believes(self.character(), self.effect(depth - 1))

    def about_the_same(self) -> Expression:
        """What somebody believes, and what somebody believes them to believe: in whose world, which one counts?"""
        declared = self.random.choice(self.properties)
        target, first, second = self.term(declared), self.character(), self.character()
        effects: list[Expression] = [
            Believes(second, Assignment(target, self.constant(declared))),
            Believes(first, Believes(second, Assignment(target, self.constant(declared)))),
            Assignment(target, self.constant(declared)),
        ]
        self.random.shuffle(effects)
        return And(tuple(effects[: self.random.choice((2, 2, 3))]))

    def joined(self, effect: Expression, depth: int) -> Expression:
        """The effect and another one, mostly on other properties, so that they seldom conflict."""
        for _ in range(8):
            other = self.effect(depth)
            if not _assigned(effect) & _assigned(other) or self.chance(0.02):
                return And((effect, other))
        return effect

    def parameter_or_constant(self, declared: Property) -> Expression:
        variables = [Name(name) for name, kind in self.scope.items() if declared.type in self.empty.supertypes(kind)]
        return self.random.choice(variables) if variables and self.chance(0.6) else self.constant(declared)

    # Declarations

    def parameters(self, least: int) -> tuple[Parameter, ...]:
        count = self.random.choice((least, 1, 1, 2))
        kinds = ("character", "character", "place", "location", "guard")
        parameters = tuple(Parameter(name, self.random.choice(kinds)) for name in ("p", "q")[:count])
        self.scope = {part.name: part.type for part in parameters}
        return parameters

    def step(self, number: int) -> Action:
        """The action that brings about one of the facts, once the one before it is there."""
        self.scope = {}
        target, value = self.steps[number]
        needed: list[Expression] = [Comparison("!=", target, value)]
        if number > 0:
            needed.append(Comparison("==", *self.steps[number - 1]))
        if self.chance(0.2):
            needed.append(self.condition(1))
        effect: Expression = Assignment(target, value)
        consenting = dict.fromkeys(
            Name(self.random.choice(self.characters))
            if self.together and self.chance(0.8)
            else Name(self.hero)
            if self.chance(0.7)
            else self.character()
            for _ in range(1 if self.together else self.random.choice((0, 1, 1, 1, 2)))
        )
        observing = None
        if self.chance(0.4):
            self.scope["seer"] = "character"
            observing = Observation(Parameter("seer", "character"), self.condition(1))
            del self.scope["seer"]
        if self.chance(0.2):
            effect = self.joined(effect, 1)
        return Action(f"step{number}", (), And(tuple(needed)), effect, tuple(consenting), observing)

    def action(self, number: int) -> Action:
        parameters = self.parameters(0)
        consenting: list[Expression] = []
        if not self.chance(0.12):
            consenting.append(self.character())
            if self.chance(0.3):
                consenting.append(self.character())
        precondition = self.condition(self.random.choice((0, 1, 1, 2))) if self.chance(0.8) else TRUE
        if self.chance(0.25):
            precondition = Or(
                tuple(self.condition(self.random.choice((0, 1))) for _ in range(self.random.choice((2, 3))))
            )
        effect = self.effect(2)
        if self.chance(0.6):
            # Mostly something changes, and can happen again.
            declared = self.random.choice(self.properties)
            target, value = self.term(declared), self.parameter_or_constant(declared)
            changes = Comparison("!=", target, value)
            precondition = changes if self.chance(0.35) else And((precondition, changes))
            effect = Assignment(target, value) if self.chance(0.5) else self.joined(Assignment(target, value), 1)
        observing = None
        if self.chance(0.65):
            variable = Parameter("seer", "guard" if self.chance(0.2) else "character")
            self.scope["seer"] = variable.type
            observing = Observation(variable, self.condition(1))
            del self.scope["seer"]
        return Action(f"act{number}", parameters, precondition, effect, tuple(consenting), observing)

    def trigger(self, number: int) -> Trigger:
        if self.chance(0.55):
            return self.perception(number)
        parameters = self.parameters(0)
        if self.chance(0.8):
            # One that makes itself untrue: what is set is not what it was.
            declared = self.random.choice(self.properties)
            target, value = self.term(declared), self.constant(declared)
            return Trigger(
                f"event{number}",
                parameters,
                And((self.condition(1), Comparison("!=", target, value))),
                Assignment(target, value),
            )
        return Trigger(f"event{number}", parameters, self.condition(1), self.effect(1))

    def perception(self, number: int) -> Trigger:
        """Somebody comes to believe a fact, perhaps about what somebody believes."""
        parameters = (Parameter("p", "character"), *((Parameter("q", "character"),) if self.chance(0.3) else ()))
        self.scope = {part.name: part.type for part in parameters}
        seer = Name("p")
        fact: Expression = self.term(self.random.choice(self.properties))
        if self.chance(0.2):
            fact = Believes(Name("q" if "q" in self.scope else "p"), fact)
        when = self.condition(1) if self.chance(0.7) else TRUE
        believed = Believes(seer, fact)
        return Trigger(
            f"see{number}",
            parameters,
            And((when, Comparison("!=", believed, fact))),
            Assignment(believed, fact),
        )

    def initial(self) -> tuple[Expression, ...]:
        self.scope = {}
        statements: list[Expression] = []
        for declared in self.properties:
            for _ in range(self.random.choice((1, 2, 3))):
                statements.append(Assignment(self.term(declared), self.constant(declared)))
        if self.chance(0.2):
            statements.append(self.quantified("forall", lambda: self.assignment(1)))
        for _ in range(self.random.choice((0, 1, 2, 3))):
            declared = self.random.choice(self.properties)
            statement: Expression = Assignment(self.term(declared), self.constant(declared))
            for _ in range(self.random.choice((1, 1, 2, 3))):
                statement = Believes(self.character(), statement)
            statements.append(statement)
        if self.chance(0.1):
            statements.append(self.effect(1))
        for target, value in self.steps:
            # Not there yet, most likely.
            others = (self.constant(self.declared(target)) for _ in range(6))
            statements.append(Assignment(target, next((other for other in others if other != value), value)))
        return tuple(statements)

    def utility(self, character: str | None) -> Expression:
        self.scope = {}
        if self.steps and self.chance(0.8 if character == self.hero or self.together else 0.4):
            wanted: Expression = Comparison("==", *self.steps[-1])
            if not self.together and self.chance(0.3):
                wanted = And((wanted, self.condition(0)))
            worth = Conditional(((wanted, Literal(2)),), Literal(0))
            return wanted if self.chance(0.5) else Arithmetic("+", worth, self.number(0)) if self.chance(0.3) else worth
        if self.chance(0.35):
            return self.condition(1)
        if self.chance(0.3):
            return Conditional(((self.condition(1), self.number(1)), (self.condition(1), Literal(2))), self.number(2))
        goals = [Conditional(((self.condition(0), Literal(self.random.choice((1, 2)))),), Literal(0)) for _ in range(2)]
        return Arithmetic("+", goals[0], self.number(2) if self.chance(0.3) else goals[1])

    def goal(self) -> Expression:
        """What a story may be asked to reach, mostly something that actions bring about."""
        facts = [Comparison("==", *step) for step in self.steps]
        if not facts or self.chance(0.1):
            return self.condition(1)
        return facts[-1] if self.chance(0.6) else And((self.random.choice(facts), self.condition(0)))

    def problem(self) -> Problem:
        actions = (
            *(self.step(number) for number in range(len(self.steps))),
            *(self.action(number) for number in range(self.random.choice((1, 2, 3)) + (0 if self.steps else 2))),
        )
        triggers = tuple(self.trigger(number) for number in range(self.random.choice((0, 1, 1, 2))))
        self.scope = {}
        return Problem(
            types=self.types,
            entities=self.entities,
            properties=self.properties,
            initial=self.initial(),
            actions=actions,
            triggers=triggers,
            utilities=(
                Utility(None, self.utility(None)),
                *(Utility(name, self.utility(name)) for name in self.characters if self.chance(0.9)),
            ),
            endings=tuple(Ending(f"ending{number}", None, self.goal()) for number in range(2)),
            belief_depth=self.random.choice((0, 1, 1, 2, 2)) if self.chance(0.2) else None,
        )


def _kind(type_name: str) -> str:
    return type_name if type_name in ("boolean", "number") else "entity"


def _assigned(effect: Expression) -> set[str]:
    """The properties that an effect assigns."""
    match effect:
        case And(parts):
            return set().union(*map(_assigned, parts))
        case Conditional(branches, otherwise):
            bodies = [body for _, body in branches] + ([] if otherwise is None else [otherwise])
            return set().union(*map(_assigned, bodies))
        case Quantified(_, _, body) | Believes(_, body):
            return _assigned(body)
        case Assignment(target, _):
            return _assigned(target)
        case FluentTerm(name, _):
            return {name}
    raise AssertionError(effect)


# ---------------------------------------------------------------------------------------------------------------------
# Time


class _TimedWorld(_World):
    """Two minds at most, one fact more in each, and the steps of time: such a world has more moments than others."""

    def __init__(self, random: Random, together: bool) -> None:
        super().__init__(random, together)
        self.lasting: list[Action] = []

    def timed_problem(self, seed: int) -> Problem:
        problem = self.problem()
        self.step_size = self.random.choice((1, 1, 1, 2, 0.5))
        able = [number for number, action in enumerate(problem.actions) if action.consenting]
        chosen = set(self.random.sample(able, min(len(able), self.random.choice((1, 1, 2))))) if able else set()
        self.lasting = [action for number, action in enumerate(problem.actions) if number in chosen]
        actions = tuple(
            self.lasting_action(action) if number in chosen else self.at_once(action)
            for number, action in enumerate(problem.actions)
        )
        processes = tuple(self.process(number) for number in range(self.random.choice((0, 1, 1, 2))))
        return replace(
            problem,
            actions=actions,
            processes=tuple(process for process in processes if process is not None),
            time=TimeStep(self.step_size, "minutes") if self.step_size != 1 or self.chance(0.5) else None,
            belief_depth=self.random.choice((0, 1, 2)) if self.chance(0.4) else problem.belief_depth,
        )

    def in_scope(self, action: Action) -> None:
        self.scope = {part.name: part.type for part in action.parameters if isinstance(part, Parameter)}

    def of_time(self) -> Expression:
        """Whether somebody is busy, or something under way."""
        if self.chance(0.5):
            return FluentTerm("busy", (self.character(),))
        action = self.random.choice(self.lasting)
        return UnderWay(action.name, tuple(None if self.chance(0.6) else self.named(p) for p in action.parameters))

    def named(self, parameter: Parameter | Name) -> Name | None:
        return parameter if isinstance(parameter, Name) else self.entity(parameter.type)

    def lasting_action(self, action: Action) -> Action:
        self.in_scope(action)
        steps = self.random.choice((0, 1, 1, 1, 2, 2, 3))
        throughout = self.condition(1) if self.chance(0.4) else TRUE
        if self.chance(0.1):
            throughout = And((throughout, Not(self.of_time())))
        observing_end = None
        if self.chance(0.4):
            self.scope["seer"] = "character"
            observing_end = Observation(Parameter("seer", "character"), self.condition(1))
            del self.scope["seer"]
        return replace(
            action,
            duration=Literal(steps * self.step_size),
            begin=self.effect(1) if self.chance(0.5) else TRUE,
            throughout=throughout,
            broken=self.effect(1) if throughout != TRUE and self.chance(0.6) else TRUE,
            observing_end=observing_end,
        )

    def at_once(self, action: Action) -> Action:
        """The action, which may have to wait for another one."""
        self.in_scope(action)
        if not self.lasting or self.chance(0.7):
            return action
        waiting = self.of_time()
        return replace(action, precondition=And((action.precondition, waiting if self.chance(0.5) else Not(waiting))))

    def process(self, number: int) -> Process | None:
        parameters = self.parameters(0)
        target = self.fluent("number")
        if target is None or any(isinstance(argument, FluentTerm) for argument in target.arguments):
            return None
        condition = self.of_time() if self.lasting and self.chance(0.3) else self.condition(1)
        rate: Expression = Literal(self.random.choice((1, 1, 2, 0.5)))
        change = Change(target, self.random.choice(("+", "-")), rate if self.chance(0.8) else self.number(0))
        return Process(f"process{number}", parameters, condition, (change,))


# ---------------------------------------------------------------------------------------------------------------------
# What the author of a world may want to know of it


def random_story_world(seed: int) -> Problem:
    """A small world with demands, secrets and acceptances."""
    return _StoryWorld(Random(seed), together=seed % 4 == 1).story_problem()


class _StoryWorld(_World):
    def story_problem(self) -> Problem:
        problem = self.problem()
        endings = tuple(Ending(f"ending{number}", None, self.goal()) for number in range(self.random.choice((1, 1, 2))))
        problem = replace(problem, endings=endings if self.chance(0.9) else problem.endings)
        self.made = problem
        return replace(
            problem,
            demands=tuple(self.demand(number) for number in range(3)),
            secrets=tuple(self.secret(number) for number in range(self.random.choice((0, 1, 2)))),
            acceptances=tuple(self.acceptance() for _ in range(self.random.choice((0, 1, 2)))),
        )

    def fact(self) -> Expression:
        """A condition without parameters, often one that actions bring about."""
        self.scope = {}
        return self.goal() if self.chance(0.4) else self.condition(self.random.choice((0, 1)))

    def done(self) -> Done:
        """An act that has just been done, or any of some."""
        action = self.random.choice(self.made.actions)
        arguments: list[Name | None] = []
        for parameter in action.parameters:
            if isinstance(parameter, Name):
                arguments.append(parameter)
            elif self.chance(0.5):
                arguments.append(None)
            else:
                arguments.append(Name(self.random.choice(self.made.entities_of(parameter.type)).name))
        return Done(action.name, tuple(arguments))

    def event(self) -> Expression:
        """A condition on a moment and the act that led there."""
        roll = self.random.random()
        if roll < 0.5:
            return self.fact()
        if roll < 0.75:
            return self.done()
        if roll < 0.85:
            return EndingTerm(self.random.choice(self.made.endings).name)
        if roll < 0.95:
            return And((self.done(), self.fact())) if self.chance(0.5) else Or((self.done(), self.fact()))
        return Not(self.event())

    def demand(self, number: int) -> Demand:
        form = self.random.choice(FORMS)
        other = self.event() if form in ("before", "until") else None
        return Demand(f"demand{number}", None, form, self.event(), other)

    def secret(self, number: int) -> Secret:
        self.scope = {}
        declared = self.random.choice(self.properties)
        content: Expression = self.term(declared)
        if declared.type == "boolean" or self.chance(0.4):
            content = self.condition(0)
        hidden_from: Name | Group = Name(self.random.choice(self.characters))
        if self.chance(0.4):
            variable = Parameter("whom", self.random.choice(("character", "guard")))
            self.scope = {"whom": variable.type}
            hidden_from = Group(variable, self.condition(0) if self.chance(0.6) else TRUE)
            self.scope = {}
        return Secret(f"secret{number}", None, content, (hidden_from,), self.event() if self.chance(0.5) else None)

    def acceptance(self) -> Acceptance:
        kind = self.random.choice(
            ("never_wanted", "never_possible", "never_fires", "never_acts", "dead_end", "never_changes")
        )
        subject = None
        if kind in ("never_wanted", "never_possible"):
            subject = self.random.choice(self.made.actions).name
        elif kind == "never_acts":
            subject = self.random.choice(self.characters)
        return Acceptance(kind, subject if self.chance(0.8) else None, "that is as it should be")

/**
 * The Wolf, the Goat and the Cabbage
 *
 * A farmer takes a wolf, a goat and a cabbage across a river. The boat carries the farmer and one of them. Left alone
 * on a bank, the wolf eats the goat, and the goat eats the cabbage. The puzzle is Alcuin's, of about the year 800
 * (Propositiones ad acuendos juvenes, 18).
 *
 * Nobody here has a mind: every act is the author's. So what is reached is what the rules allow.
 */
title "The Wolf, the Goat and the Cabbage";
author "The Chekhov project";

type bank;
type freight;

entity Near : bank "the near bank";
entity Far : bank "the far bank";
entity Wolf : freight "the wolf";
entity Goat : freight "the goat";
entity Cabbage : freight "the cabbage";

property farmer() : bank;
property at(freight : freight) : bank;

farmer() = Near;
forall(f : freight) at(f) = Near;

// The goat may stay behind only if neither the wolf nor the cabbage does.
action row(from : bank, to : bank) {
	precondition: from != to & farmer() == from & (at(Goat) != from | (at(Wolf) != from & at(Cabbage) != from));
	effect: farmer() = to;
	telling: "The farmer rows to {to} alone.";
};

action take(taken : freight, from : bank, to : bank) {
	precondition:
		from != to & farmer() == from & at(taken) == from &
		(
			taken == Goat | at(Goat) != from |
			((taken == Wolf | at(Wolf) != from) & (taken == Cabbage | at(Cabbage) != from))
		);
	effect: farmer() = to & at(taken) = to;
	telling: "The farmer rows {taken} to {to}.";
};

ending across "All are across": farmer() == Far & forall(f : freight) at(f) == Far;

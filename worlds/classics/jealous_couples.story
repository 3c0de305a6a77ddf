/**
 * Three Jealous Couples
 *
 * Three couples have to cross a river in a boat for two. No wife may be where another man is unless her husband is
 * there, too: on either bank, or in the boat. The puzzle is Alcuin's, of about the year 800 (Propositiones ad acuendos
 * juvenes, 17).
 *
 * Jealousy is a rule here, and nobody has a mind: as soon as the rule is broken there is a quarrel, and it is over.
 */
title "Three Jealous Couples";
author "The Chekhov project";

type bank;
type person;
type wife : person;
type husband : person;

entity Near : bank "the near bank";
entity Far : bank "the far bank";
entity Anna : wife "Anna" (she);
entity Berta : wife "Berta" (she);
entity Clara : wife "Clara" (she);
entity Arnold : husband "Arnold" (he);
entity Bernard : husband "Bernard" (he);
entity Conrad : husband "Conrad" (he);

property boat() : bank;
property at(person : person) : bank;
property married(one : person, other : person) : boolean;
property quarrel() : boolean;

boat() = Near;
forall(p : person) at(p) = Near;
married(Anna, Arnold) & married(Arnold, Anna);
married(Berta, Bernard) & married(Bernard, Berta);
married(Clara, Conrad) & married(Conrad, Clara);

// Alone, if both are the same.
action row(rower : person, mate : person, from : bank, to : bank) {
	precondition:
		from != to & boat() == from & at(rower) == from & at(mate) == from & !quarrel() &
		(married(rower, mate) | (rower : wife & mate : wife) | (rower : husband & mate : husband));
	effect: boat() = to & at(rower) = to & at(mate) = to;
	telling: "{if rower == mate}{rower} rows to {to} alone.{else}{rower} rows {mate} to {to}.{end}";
};

trigger quarrel(wife : wife, husband : husband, other : husband, bank : bank) {
	precondition: married(wife, husband) & at(wife) == bank & at(other) == bank & at(husband) != bank & !quarrel();
	effect: quarrel();
	telling: "{husband} sees {wife} on {bank} with {other}.";
};

ending across "All six are across": !quarrel() & forall(p : person) at(p) == Far;
ending quarrel "Somebody is jealous": quarrel();

/**
 * Journeys: ways that take time. Who is on one counts as being where they set out from, and does nothing else until they are
 * there.
 *
 * To be set: `minutes` for each direction in which one can travel, in the unit of the world's time. Ways that take no time are those
 * of std/movement.
 */
include "std/movement";

property minutes(from : place, to : place) : number;

action travel(traveller : character, from : place, to : place) {
	duration: minutes(from, to);
	precondition:
		minutes(from, to) > 0 & at(traveller) == from & alive(traveller) & leader(traveller) == ? &
		captor(traveller) == ? &
		forall(d : door) (
			if((front(d) == from & back(d) == to) | (front(d) == to & back(d) == from)) open(d) else True
		) & (sum(g : character) (if(stops(g, traveller) & at(g) == from & alive(g) & captor(g) == ?) 1 else 0)) == 0;
	while: at(traveller) == from & alive(traveller) & captor(traveller) == ?;
	effect:
		at(traveller) = to & !hidden(traveller) &
		forall(p : person) (if(leader(p) == traveller & at(p) == from & alive(p)) at(p) = to);
	consenting: traveller;
	observing(c : character): at(c) == from | watches(c, from);
	observing end(c : character): at(c) == from | at(c) == to | watches(c, from) | watches(c, to);
	telling: "{traveller} {traveller.set/sets/set} out for {to}.";
	telling end: "{traveller} {traveller.is} at {to}.";
	telling broken: "{traveller} {traveller.come/comes/came} no further on the way to {to}.";
};

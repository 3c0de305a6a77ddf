/**
 * Groups: many who act, believe and want as one, such as a patrol or a village.
 *
 * A group overpowers anybody who is not one. Of a group that is to split, each part is a group of its own, with the whole for a
 * `leader` at first (see std/parties).
 */
include "std/captivity";
include "std/parties";

type group : character;

forall(g : group) forall(p : person) (if(!(p : group)) overpowers(g, p));

// Who gives themselves up to many does not wait to be seized one by one.
action surround(group : group, place : place) {
	precondition:
		at(group) == place & alive(group) & captor(group) == ? & leader(group) == ? &
		exists(p : person) (at(p) == place & !(p : group) & captor(p) == ? & alive(p) & stops(group, p));
	effect:
		forall(p : person) (
			if(at(p) == place & !(p : group) & captor(p) == ? & alive(p) & stops(group, p))
				(captor(p) = group & leader(p) = group)
		);
	consenting: group;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{group} {group.surround/surrounds/surrounded} everybody who {has/had} no business in {place}.";
};

/**
 * Movement: people go from place to place, with those who follow them, and know who is where they are.
 *
 * To be set: `way` for each direction in which one can go; `front` and `back` of each door, and whether it is `open`.
 */
include "std/base";

type door;

property way(from : place, to : place) : boolean;               // one can go there directly
property front(door : door) : place;
property back(door : door) : place;
property open(door : door) : boolean;                           // one that is not lets nobody through

action walk(walker : character, from : place, to : place) {
	precondition:
		way(from, to) & at(walker) == from & alive(walker) & leader(walker) == ? & captor(walker) == ? &
		forall(d : door) (
			if((front(d) == from & back(d) == to) | (front(d) == to & back(d) == from)) open(d) else True
		) & (sum(g : character) (if(stops(g, walker) & at(g) == from & alive(g) & captor(g) == ?) 1 else 0)) == 0;
	effect:
		at(walker) = to & !hidden(walker) &
		forall(p : person) (if(leader(p) == walker & at(p) == from & alive(p)) at(p) = to);
	consenting: walker;
	observing(c : character): at(c) == from | at(c) == to | watches(c, from) | watches(c, to);
	telling: "{if exists(p : person) (leader(p) == walker & at(p) == from & alive(p))}{walker} {walker.lead/leads/led}
		the way to {to}{else}{walker} {walker.go/goes/went} to {to}{end}.";
};

trigger notice(seer : character, seen : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(seen) == place & !hidden(seen) &
		believes(seer, at(seen)) != place;
	effect: believes(seer, at(seen)) = place;
};

trigger miss(seer : character, seen : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(seen) != place &
		believes(seer, at(seen)) == place;
	effect: believes(seer, at(seen)) = ?;
};

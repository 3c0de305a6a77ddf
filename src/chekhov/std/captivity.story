/**
 * Captivity: people are seized by those who are stronger or armed, led away, left behind in bonds, released, and rescued.
 *
 * To be set: `overpowers` for those who need no weapon, and `captor` of those who are captives at first, with a `leader` if
 * they are to be led.
 */
include "std/base";

// Who lies bound is taken along in the same way, and so is the captive of somebody who is somewhere else.
action seize(guard : character, captive : person, place : place) {
	precondition:
		guard != captive & at(guard) == place & at(captive) == place & alive(guard) & alive(captive) & !hurt(guard) &
		!hidden(captive) & captor(guard) == ? &
		(
			captor(captive) == ? | (captor(captive) == guard & leader(captive) == ?) |
			(captor(captive) != ? & captor(captive) != guard & at(captor(captive)) != place)
		) &
		(overpowers(guard, captive) | (exists(w : weapon) holder(w) == guard & forall(w : weapon) holder(w) != captive));
	effect:
		captor(captive) = guard &
		if(leader(guard) == ? | leader(guard) == captive) leader(captive) = guard else leader(captive) = leader(guard);
	consenting: guard;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{guard} {if captor(captive) == guard}{guard.take/takes/took} {captive}
		along{else}{guard.seize/seizes/seized} {captive}{end}.";
};

action release(guard : character, captive : person, place : place) {
	precondition: captor(captive) == guard & at(guard) == place & at(captive) == place & alive(guard);
	effect: captor(captive) = ? & leader(captive) = ?;
	consenting: guard;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{guard} {guard.let/lets/let} {captive} go.";
};

// In bonds, until somebody comes for them.
action leave_bound(guard : character, captive : person, place : place) {
	precondition:
		captor(captive) == guard & leader(captive) != ? & at(guard) == place & at(captive) == place & alive(guard);
	effect: leader(captive) = ?;
	consenting: guard;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{guard} {guard.bind/binds/bound} {captive}, to stay where {captive.they} {captive.is}.";
};

action rescue(rescuer : character, captive : person, place : place) {
	precondition:
		at(rescuer) == place & at(captive) == place & alive(rescuer) & alive(captive) & captor(rescuer) == ? &
		captor(captive) != ? & captor(captive) != rescuer & at(captor(captive)) != place;
	effect: captor(captive) = ? & leader(captive) = ?;
	consenting: rescuer;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{rescuer} {rescuer.undo/undoes/undid} the bonds of {captive}.";
};

trigger go_free(captive : person, guard : character) {
	precondition: captor(captive) == guard & (!alive(guard) | captor(guard) != ?);
	effect:
		captor(captive) = ? & leader(captive) = ? &
		forall(c : character) (if(c == captive) (believes(c, captor(c)) = ? & believes(c, leader(c)) = ?));
	telling: "Nobody {holds/held} {captive} any more.";
};

trigger see_captive(seer : character, captive : person, guard : character, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(captive) == place & captor(captive) == guard &
		believes(seer, captor(captive) != guard & alive(guard) & captor(guard) == ?);
	effect: believes(seer, captor(captive)) = guard & believes(seer, leader(captive)) = leader(captive);
};

trigger see_free(seer : character, captive : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(captive) == place & captor(captive) == ? &
		believes(seer, captor(captive)) != ?;
	effect: believes(seer, captor(captive)) = ? & believes(seer, leader(captive)) = leader(captive);
};

/**
 * Air: places where some cannot breathe, and tanks from which they do so for a while.
 *
 * To be set: which places are `stale`, and who is `hardy` and breathes anywhere; how much `air` everybody has in the tank of their suit,
 * in the unit of the world's time (0: they wear none); how much a spare tank is `filled` with, and where it lies. The gauge beeps
 * when no more than `reserve` is left. What people believe of all that may be wrong, as usual: until it beeps.
 */
include "std/carrying";
include "std/movement";

type tank : item;

property stale(place : place) : boolean;
property hardy(who : person) : boolean;
property air(who : person) : number 0..480;
property filled(tank : tank) : number 0..480;
property reserve() : number 0..480;
property beeping(who : person) : boolean;

process breathe(who : person) {
	while: stale(at(who)) & alive(who) & !hardy(who);
	change: air(who) -= 1;
};

trigger suffocate(who : person, place : place) {
	precondition: at(who) == place & stale(place) & alive(who) & !hardy(who) & air(who) == 0;
	effect: !alive(who);
	telling: "There {is/was} nothing left to breathe for {who}.";
};

// Whoever hears a gauge looks at it. Then it beeps in their mind, too, and so they know who else has heard it.
trigger beep(who : person, place : place) {
	precondition: at(who) == place & alive(who) & !beeping(who) & air(who) > 0 & air(who) <= reserve();
	effect: beeping(who) & forall(c : character) (if(at(c) == place & alive(c)) believes(c, air(who)) = air(who));
	telling: "The gauge of {who}'s tank {beeps/beeped}: {air(who)} left.";
};

action change_tank(who : character, tank : tank, place : place) {
	precondition:
		at(who) == place & alive(who) & captor(who) == ? & (at(tank) == place | holder(tank) == who) &
		filled(tank) > air(who);
	effect: air(who) = filled(tank) & filled(tank) = 0 & !beeping(who);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.breathe/breathes/breathed} from {tank} now.";
};

/**
 * Watching: cameras and those who sit before their screens, and people who hide.
 *
 * To be set: the place that each camera `films`, whether it is `on`, where its `screen` is and where it is `switched`; `circuit`
 * if it needs power; and the places that are a `hideout`.
 */
include "std/movement";
include "std/power";

type camera : machine;

property films(camera : camera) : place;
property screen(camera : camera) : place;                       // who is there watches
property switched(camera : camera) : place;
property on(camera : camera) : boolean;
property hideout(place : place) : boolean;

action turn_on(who : character, camera : camera, place : place) {
	precondition: switched(camera) == place & at(who) == place & alive(who) & captor(who) == ? & !on(camera);
	effect: on(camera);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place) | (at(c) == screen(camera) & at(c) != ?);
	telling: "{who} {who.turn/turns/turned} {camera} on.";
};

action turn_off(who : character, camera : camera, place : place) {
	precondition: switched(camera) == place & at(who) == place & alive(who) & captor(who) == ? & on(camera);
	effect: !on(camera);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place) | (at(c) == screen(camera) & at(c) != ?);
	telling: "{who} {who.turn/turns/turned} {camera} off.";
};

action hide(who : character, place : place) {
	precondition: hideout(place) & at(who) == place & alive(who) & captor(who) == ? & leader(who) == ? & !hidden(who);
	effect: hidden(who);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.hide/hides/hid}.";
};

action come_out(who : character, place : place) {
	precondition: hidden(who) & at(who) == place & alive(who);
	effect: !hidden(who);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.come/comes/came} out of hiding.";
};

// What a camera shows is seen by those who are where its screen is, as long as it is on and has power.
trigger begin_watching(who : character, camera : camera, place : place) {
	precondition:
		films(camera) == place & !watches(who, place) & on(camera) & (circuit(camera) == ? | live(circuit(camera))) &
		alive(who) & at(who) == screen(camera) & at(who) != ?;
	effect:
		watches(who, place) & believes(who, watches(who, place)) & believes(who, on(camera)) &
		if(circuit(camera) != ?) believes(who, live(circuit(camera)));
};

trigger end_watching(who : character, place : place) {
	precondition:
		watches(who, place) & exists(k : camera) films(k) == place &
		forall(k : camera) (
			films(k) != place | !on(k) | (circuit(k) != ? & !live(circuit(k))) | at(who) != screen(k) | !alive(who)
		);
	effect: !watches(who, place);
};

// At the screen one sees whether there is a picture.
trigger see_screen(who : character, camera : camera, place : place) {
	precondition: screen(camera) == place & alive(who) & at(who) == place & believes(who, on(camera)) != on(camera);
	effect: believes(who, on(camera)) = on(camera);
};

/**
 * Power: circuits that are live or dead, switched, wrecked and repaired, and machines that depend on them.
 *
 * To be set: whether each circuit is `live`, where its `switch` is, and who `can_repair` it; the `circuit` of each machine.
 */
include "std/base";

type circuit;
type machine;

property live(circuit : circuit) : boolean;
property wrecked(circuit : circuit) : boolean;
property switch(circuit : circuit) : place;
property can_repair(who : character, circuit : circuit) : boolean;
property felt(circuit : circuit, place : place) : boolean;      // there everybody notices whether it is live
property circuit(machine : machine) : circuit;                  // ? the machine needs none

action switch_on(who : character, circuit : circuit, place : place) {
	precondition:
		switch(circuit) == place & at(who) == place & alive(who) & captor(who) == ? & !live(circuit) &
		!wrecked(circuit);
	effect: live(circuit);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.switch/switches/switched} {circuit} on.";
};

action switch_off(who : character, circuit : circuit, place : place) {
	precondition: switch(circuit) == place & at(who) == place & alive(who) & captor(who) == ? & live(circuit);
	effect: !live(circuit);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.switch/switches/switched} {circuit} off.";
};

action wreck(who : character, circuit : circuit, place : place) {
	precondition: switch(circuit) == place & at(who) == place & alive(who) & captor(who) == ? & !wrecked(circuit);
	effect: wrecked(circuit) & !live(circuit);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.wreck/wrecks/wrecked} {circuit}.";
};

action repair(who : character, circuit : circuit, place : place) {
	precondition:
		can_repair(who, circuit) & switch(circuit) == place & at(who) == place & alive(who) & captor(who) == ? &
		wrecked(circuit);
	effect: !wrecked(circuit) & live(circuit);
	consenting: who;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{who} {who.repair/repairs/repaired} {circuit}, and the current {is/was} back.";
};

trigger feel_power(who : character, circuit : circuit, place : place) {
	precondition:
		(felt(circuit, place) | switch(circuit) == place) & alive(who) & at(who) == place &
		believes(who, live(circuit)) != live(circuit);
	effect: believes(who, live(circuit)) = live(circuit);
	telling: "{who} {who.notice/notices/noticed} {if live(circuit)}the current coming back{else}that the current
		{is/was} gone{end}.";
};

trigger see_wreck(who : character, circuit : circuit, place : place) {
	precondition:
		switch(circuit) == place & alive(who) & at(who) == place & believes(who, wrecked(circuit)) != wrecked(circuit);
	effect: believes(who, wrecked(circuit)) = wrecked(circuit);
};

/**
 * The Mountain
 *
 * People are held on the fifth level of a mountain, and the first of them has died there. Their friends are in two
 * places: some before the mountain's door, some already behind it. Each group counts on an army that the other one is
 * supposed to have, and both armies are gone.
 *
 * It stands on the library: ways, doors and parties, air and tanks, power, cameras, captives and groups, telling, bonds
 * and asking are what they are in every world, and each `refine` says who does it here, when, and who sees it. `without`
 * names what nobody does: with nine minds that think five acts ahead, each act more is thought of everywhere.
 *
 * What to know before changing anything:
 *
 * - Time is air. A step of time is a quarter of an hour: so long it takes to open the great door, and to go from one room
 *   of the mountain to the next. Time passes only while somebody is at such a thing, and then for all: whoever has a tank
 *   on their back breathes from it where the air is bad.
 * - People walk in parties. Whoever follows a leader goes where the leader goes, and does nothing else on the way. Where
 *   they meet Clarke, all but the mountain's own fall in with her, until Jasper splits off with Octavia and Maya.
 * - The friends keep to what they agreed, so they know of each other's ways, unless the closed door is between them.
 * - Those inside open the door when Clarke is there, and hold it until those outside are in. Nobody opens it again.
 * - First things first: nobody walks into the white room in view of a camera, Dante is asked before he is taken along,
 *   and while he thinks, everybody waits.
 * - The air is good on level five until somebody lets the outside in there, and elsewhere inside once the power is back
 *   and the door is shut.
 * - Clarke comes when she hears the buzzer, and so the story begins with Fox.
 * - The soldiers put an end to it as soon as they know that somebody comes for the captives: when a shot falls, or when
 *   friends turn up on level five.
 * - What people want is counted in points: a life or a freedom is worth 8 or 12, a step on the way 1 or 2.
 */
title "The Mountain";
author "The Chekhov project";
include "std/movement";
include "std/journeys";
include "std/doors";
include "std/air";
include "std/parties";
include "std/captivity";
include "std/groups";
include "std/power";
include "std/watching";
include "std/telling";
include "std/bonds";
include "std/asking";
time step 15 "minutes";
belief depth 2;
reasons within 5 acts, 2 minds;

type inner : place;                 // within the mountain
type threshold : place;             // on either side of the door

type outsider : person;             // grew up under the sky: breathes anywhere
type native : person;               // grew up in the mountain: dies of outside air
type walker : character;            // may follow somebody
type friend : walker;               // those who have come for the captives
type rescuer : friend, outsider;
type envoy : rescuer;                // those who would ask before they take
type captive : outsider;
type army;
type trouble;                       // what can go wrong before a closed door
type fixture;

entity Camp : place "the camp";
entity Outside : place "the mouth of the tunnel";
entity Tunnel : threshold "the tunnel";
entity Hall : inner, threshold "the hall";
entity Quarantine : inner "the quarantine room";
entity CommandCentre : inner "the command centre";
entity LevelFive : inner "level five";
entity Bin : place "the bin under the chute";

entity Clarke : envoy "Clarke" (she);
entity Bellamy : envoy "Bellamy" (he);
entity Alia : envoy "Alia" (she);
entity Octavia : rescuer "Octavia" (she);
entity Jasper : rescuer "Jasper" (he);
entity Monty : rescuer "Monty" (he);
entity Maya : native, friend "Maya" (she);
entity Dante : native, walker "Dante" (he);
entity Soldiers : native, group "the soldiers" (they);
entity Natives : native "the people of the mountain" (they);
entity Captives : captive "the captives" (they);
entity Fox : captive "Fox" (she);
entity Lexa : outsider "Lexa" (she);
entity Lincoln : outsider "Lincoln" (he);
entity LexasArmy : army "Lexa's army";
entity FreedPrisoners : army "the freed prisoners";

entity Door : door "the door";
entity Lock : door "the door of the command centre";
entity Panel : fixture "the panel";
entity HallCamera : camera "the camera";
entity Screens : camera "the screens";
entity Spare : tank "a full tank";
entity Power : circuit "the power";
entity BodyChute : fixture "the body chute";
entity Pounding : trouble;
entity Aiming : trouble;
entity Deal : claim "Lexa's deal";
entity Turbines : claim "the spared turbines";
entity Help : request "to help them";

playable Clarke, Bellamy, Alia, Octavia, Jasper, Monty, Maya, Dante;

level "the door's level": Camp, Outside, Tunnel, Bin, Hall, Quarantine, CommandCentre;
level "far below": LevelFive;

// The house
property broken(Panel) : boolean;
property opens_when_shot(Panel) : boolean;
property watched(HallCamera) : boolean;

// The people
property trouble() : trouble;
property ordered(Soldiers) : boolean;                       // to let the captives go

// What happened before
property gone(army : army) : boolean;
property post(army : army) : threshold;                     // where it was supposed to be

way(Outside, Tunnel);
way(Tunnel, Hall) & way(Hall, Tunnel);
minutes(Hall, Quarantine) = 15;
minutes(Quarantine, Hall) = 15;
minutes(Hall, CommandCentre) = 15;
minutes(CommandCentre, Hall) = 15;
way(Hall, LevelFive);
front(Door) = Tunnel;
back(Door) = Hall;
no_handle(Door, Tunnel);
front(Lock) = Hall;
back(Lock) = CommandCentre;
locked(Lock);
can_unlock(Monty, Lock);

wrecked(Power);
switch(Power) = CommandCentre;
can_repair(Monty, Power);
forall(p : place) felt(Power, p);
films(HallCamera) = Hall;
switched(HallCamera) = Hall;
on(HallCamera);
films(Screens) = LevelFive;
screen(Screens) = CommandCentre;
on(Screens);

!alive(Fox);
at(Fox) = LevelFive;
at(Clarke) = Outside;
at(Octavia) = Tunnel;
at(Alia) = Tunnel;
at(Bellamy) = Hall;
at(Jasper) = Hall;
at(Monty) = Hall;
at(Maya) = Hall;
at(Dante) = Quarantine;
at(Soldiers) = LevelFive;
at(Natives) = LevelFive;
at(Captives) = LevelFive;
at(Lexa) = Camp;
at(Lincoln) = Camp;
captor(Captives) = Soldiers;
captor(Dante) = Soldiers;
hurt(Alia);
forall(o : outsider) hardy(o);
hardy(Dante);
forall(p : place) stale(p);
!stale(LevelFive);
reserve() = 30;
at(Spare) = LevelFive;
filled(Spare) = 240;
air(Maya) = 45;
leader(Octavia) = Clarke;
leader(Alia) = Clarke;
leader(Jasper) = Bellamy;
leader(Monty) = Bellamy;
leader(Maya) = Bellamy;
forall(c : character) belongs(c) = Clarke;
belongs(Dante) = Dante;
belongs(Soldiers) = Soldiers;
distrusts(Octavia, Maya);
loves(Bellamy, Alia) = 1;
loves(Alia, Bellamy) = 1;
peaceable(Alia);
overpowers(Bellamy, Dante);
forall(f : friend) stops(Soldiers, f);
so(Deal);
so(Turbines);
harms(Deal, Octavia);
fault(Deal) = Clarke;
sought(Dante);
asked_of(Help) = Dante;
reluctance(Help) = 4;
argument(Help) = Turbines;
weight(Help) = 4;
worth(Help, Clarke) = 1;
worth(Help, Bellamy) = 1;
worth(Help, Alia) = 1;
worth(Help, Monty) = 1;
forall(a : army) gone(a);
post(LexasArmy) = Tunnel;
post(FreedPrisoners) = Hall;

// Nobody but the soldiers knows that the killing has begun, and everybody thinks that Maya's new tank is full.
forall(w : walker) believes(w, alive(Fox));
forall(f : friend) believes(f, air(Maya)) = 240;
believes(Clarke, air(Maya)) = ?;
believes(Octavia, air(Maya)) = ?;
believes(Alia, air(Maya)) = ?;

// The friends think that somebody watches the camera's picture; only Maya knows where Dante is, and she knows that.
forall(f : friend) believes(f, watched(HallCamera));
forall(r : rescuer) believes(r, at(Dante)) = ?;
forall(r : rescuer) believes(Maya, believes(r, at(Dante))) = ?;

// Clarke's people spared the turbines. Everybody else thinks that they blew them up, and Clarke knows that, too.
believes(Bellamy, !so(Turbines));
believes(Alia, !so(Turbines));
believes(Octavia, !so(Turbines));
believes(Jasper, !so(Turbines));
believes(Monty, !so(Turbines));
believes(Maya, !so(Turbines));
believes(Dante, !so(Turbines));
believes(Soldiers, !so(Turbines));
believes(Clarke, believes(Bellamy, !so(Turbines)));
believes(Clarke, believes(Alia, !so(Turbines)));
believes(Clarke, believes(Octavia, !so(Turbines)));
believes(Clarke, believes(Jasper, !so(Turbines)));
believes(Clarke, believes(Monty, !so(Turbines)));
believes(Clarke, believes(Maya, !so(Turbines)));
believes(Clarke, believes(Dante, !so(Turbines)));

// Octavia and Alia saw the army go, but know of no deal, nor that Lincoln was taken. They hope for the prisoners inside.
believes(Octavia, !so(Deal));
believes(Octavia, !gone(FreedPrisoners));
believes(Alia, !so(Deal));
believes(Alia, !gone(FreedPrisoners));

// Clarke knows all that, and thinks that the two have gone home with the army.
believes(Clarke, at(Octavia)) = Camp;
believes(Clarke, at(Alia)) = Camp;
believes(Clarke, believes(Octavia, !so(Deal)));
believes(Clarke, believes(Alia, !so(Deal)));
believes(Clarke, opens_when_shot(Panel));

// Those inside think that Lexa's army stands before the door, and Clarke, Octavia and Alia with it.
believes(Bellamy, at(Clarke)) = Tunnel;
believes(Bellamy, !gone(LexasArmy));
believes(Bellamy, !so(Deal));
believes(Jasper, at(Clarke)) = Tunnel;
believes(Jasper, !gone(LexasArmy));
believes(Jasper, !so(Deal));
believes(Monty, at(Clarke)) = Tunnel;
believes(Monty, !gone(LexasArmy));
believes(Monty, !so(Deal));
believes(Maya, at(Clarke)) = Tunnel;
believes(Maya, !gone(LexasArmy));
believes(Maya, !so(Deal));

// The mountain's own take everybody for shut out, and know nothing of Maya's tank.
forall(f : friend) believes(Dante, at(f)) = Outside;
forall(f : friend) believes(Soldiers, at(f)) = Outside;
forall(f : friend) believes(Dante, belongs(f)) = ?;
forall(f : friend) believes(Soldiers, belongs(f)) = ?;
believes(Dante, air(Maya)) = ?;
believes(Soldiers, air(Maya)) = ?;
forall(f : friend) believes(f, believes(Dante, air(Maya))) = ?;
forall(f : friend) believes(f, believes(Soldiers, air(Maya))) = ?;

// ---------------------------------------------------------------------------------------------------------------------
// Time, and what nobody does here

refine action time_passes() {
	precondition: exists(c : character) busy(c);
};

without action take, put_down, give, take_from, deny, whisper, tell_answer, apologize, threaten, force, rescue,
	leave_bound, lock_door, switch_on, switch_off, wreck, turn_on, hide, come_out, join, part;
without trigger find_out, try_door, see_wreck, see_followed;

// ---------------------------------------------------------------------------------------------------------------------
// Before the door

refine action say(speaker : rescuer, claim : claim, place : place) {
	precondition:
		speaker == Clarke &
		(
			(claim == Deal & place == Tunnel & at(Octavia) == Tunnel & !open(Door)) |
			(
				claim == Turbines &
				(place == CommandCentre | (place == Quarantine & asked_by(Help) != ? & !granted(Help) & !refused(Help)))
			)
		);
	telling: "{if claim == Deal}{speaker} {speaker.say/says/said} it without sparing {speaker.themself}: Lexa {has/had}
		made a deal. Her own people {walk/walked} free, her army {has/had} turned back, and Lincoln, who would have no
		part in it, was dragged away.{else}They only cut the lines, {speaker} {speaker.say/says/said}. The turbines
		{are/were} whole: whoever {wants/wanted} to {can/could} bring them back.{end}";
};

// Once the door is open, there are other things to think of.
refine trigger take_offence(one : character, claim : claim) {
	precondition: !open(Door) & at(one) == Tunnel;
};

refine action reproach(one : rescuer, other : rescuer, claim : claim, place : threshold) {
	precondition: place == Tunnel & !open(Door) & trouble() == ?;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{one} {one.let/lets/let} {other} hear what {other.their} trust in Lexa {has/had} cost so far, name by
		name.";
};

refine action make_peace(peacemaker : rescuer, one : rescuer, other : rescuer, place : threshold) {
	precondition: peacemaker == Alia;
	observing(c : character): at(c) == place | (open(Door) & c : friend);
	telling: "{peacemaker} {peacemaker.step/steps/stepped} between {one} and {other} before it {comes/came} to more
		than words.";
};

action pound(Clarke, Door) {
	precondition: at(Clarke) == Tunnel & !open(Door) & trouble() == ? & !quarrel(Octavia, Clarke);
	effect:
		trouble() = Pounding &
		forall(hearer : friend) forall(who : friend) (
			if(at(hearer) == Hall & at(who) == Tunnel) believes(hearer, at(who)) = Tunnel
		);
	consenting: Clarke;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{Clarke} {Clarke.hammer/hammers/hammered} on the steel with both fists.";
};

action aim(Clarke, Panel) {
	precondition: at(Clarke) == Tunnel & !open(Door) & !broken(Panel) & trouble() == ? & !quarrel(Octavia, Clarke);
	effect: trouble() = Aiming;
	consenting: Clarke;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{Clarke} {Clarke.take/takes/took} {Clarke.their} gun and {Clarke.point/points/pointed} it at the panel
		beside the door.";
};

action shoot(Clarke, Panel) {
	precondition: at(Clarke) == Tunnel & trouble() == Aiming;
	effect: trouble() = ? & broken(Panel) & if(opens_when_shot(Panel)) open(Door);
	consenting: Clarke;
	telling: "{Clarke} {Clarke.fire/fires/fired}. The panel {goes/went} dark, somewhere in the door a bolt {falls/fell}
		home for good, and the whole mountain {has/had} heard it.";
};

action calm(peacemaker : rescuer, Clarke) {
	precondition:
		(peacemaker == Alia | peacemaker == Octavia) & at(peacemaker) == Tunnel & at(Clarke) == Tunnel & trouble() != ?;
	effect: trouble() = ?;
	consenting: peacemaker;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{peacemaker} {if trouble() == Aiming}{peacemaker.push/pushes/pushed} {Clarke}'s gun down; a shot would
		tell the whole mountain where they {are/were}{else}{peacemaker.pull/pulls/pulled} {Clarke} away from the door,
		before the wrong people {hear/heard} {Clarke.them}{end}.";
};

// ---------------------------------------------------------------------------------------------------------------------
// The door and the ways behind it

refine action open_door(opener : friend, door : door, side : place) {
	duration: 15;
	precondition:
		door == Door & leader(opener) == ? & !broken(Panel) & exists(f : friend) at(f) == Tunnel &
		at(Clarke) != Outside;
	while: !broken(Panel);
	effect:
		trouble() = ? & !angry(Octavia, Deal) & vented(Octavia, Deal) & !quarrel(Octavia, Clarke) &
		forall(p : inner) (if(p != LevelFive) stale(p));
	observing(c : character): c : friend;
	telling: "{opener} {opener.set/sets/set} to work on the great door, from inside.";
	telling end: "The lock {beeps/beeped}, and the great door {swings/swung} open.";
	telling broken: "Something {falls/fell} shut inside the great door, and {opener} {opener.can/can/could} do no
		more.";
};

refine action close_door(closer : friend, door : door, side : place) {
	precondition:
		door == Door & side == Hall & (leader(closer) == ? | (closer == Bellamy & !busy(Clarke))) & !broken(Panel) &
		forall(f : friend) at(f) != Tunnel;
	effect: forall(p : inner) (if(live(Power) & p != LevelFive) !stale(p));
	observing(c : character): c : friend;
	telling: "{closer} {closer.swing/swings/swung} the door shut behind them.";
};

refine action unlock_door(opener : rescuer, door : door, side : place) {
	precondition: door == Lock & side == Hall & leader(opener) == Clarke & at(Clarke) == Hall;
	effect: open(door);
	consenting: opener, Clarke;
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	telling: "{Clarke} {Clarke.has} {opener} talk the lock of the command centre into letting them through.";
};

refine action walk(walker : friend, from : place, to : place) {
	precondition:
		(from == Outside & at(Fox) == Bin & walker == Clarke) | (from == Tunnel & to == Hall) |
		(from == Hall & to == Tunnel & walker == Bellamy & at(Alia) == Tunnel) | (to == LevelFive & walker == Jasper);
	observing(c : character):
		(from == Outside & at(c) == Tunnel) | (from != Outside & to != LevelFive & c : friend) |
		(
			to == LevelFive &
			(
				(c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside))) | at(c) == LevelFive |
				watches(c, LevelFive)
			)
		);
	telling: "{if from == Outside}There {are/were} footsteps in the tunnel. {walker} {walker.come/comes/came} up to the
		door, alone.{elseif to == LevelFive}{walker} {walker.go/goes/went} first. One after the other they let
		themselves drop down the trash chute to level five.{elseif to == Tunnel}{walker} {walker.come/comes/came} out
		into the tunnel, and the others after {walker.them}. {walker.They} {walker.lift/lifts/lifted} {Alia} off
		{Alia.their} feet and {walker.set/sets/set} {Alia.them} down at once, for {Alia.they} still
		{Alia.hurt/hurts/hurt} where the house fell on {Alia.them}.{else}{walker} {walker.lead/leads/led} the way into
		the mountain.{if at(Alia) == from & at(Bellamy) == to} {Bellamy} {Bellamy.hold/holds/held} {Alia}, carefully,
		for {Alia.they} still {Alia.hurt/hurts/hurt} where the house fell on {Alia.them}.{end}{end}";
};

refine action travel(traveller : friend, from : inner, to : inner) {
	precondition:
		traveller == Clarke & captor(Captives) != ? & alive(Captives) &
		(to != Quarantine | !on(HallCamera) | !watched(HallCamera)) &
		(asked_by(Help) == ? | granted(Help) | refused(Help));
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	observing end(c : character): at(c) == to | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{traveller} {traveller.lead/leads/led} the way to {to}.";
	telling end: "{traveller} {traveller.come/comes/came} to {to}, and the others with {traveller.them}.{if to ==
		CommandCentre} On the screens {lies/lay} level five before them.{end}";
};

refine action vouch(voucher : rescuer, stranger : friend, place : threshold) {
	precondition: voucher == Jasper & stranger == Maya;
	observing(c : character): c : friend;
	telling: "{Octavia} {Octavia.eye/eyes/eyed} the stranger in the suit. \"{stranger} is one of us,\" {voucher}
		{voucher.say/says/said}, and {Octavia} {Octavia.take/takes/took} {voucher.their} word.";
};

action split_up(Jasper, Octavia, Maya, Clarke, place : threshold) {
	precondition:
		at(Jasper) == place & at(Octavia) == place & at(Maya) == place & at(Clarke) == place & at(Bellamy) == place &
		alive(Maya) & leader(Jasper) == Clarke & !distrusts(Octavia, Maya) & !busy(Clarke);
	effect:
		leader(Jasper) = ? & leader(Octavia) = Jasper & leader(Maya) = Jasper & belongs(Jasper) = Jasper &
		belongs(Octavia) = Octavia & belongs(Maya) = Maya;
	consenting: Jasper, Octavia, Maya;
	observing(c : character): c : friend;
	telling: "They split up: {Jasper} and {Octavia} {will/would} see to {Maya}'s air, the others {will/would} go with
		{Clarke}.";
};

// ---------------------------------------------------------------------------------------------------------------------
// Dante

refine action tell_where(speaker : friend, who : person, there : place, place : threshold) {
	precondition:
		speaker == Maya & who == Dante & !busy(Clarke) & there == Quarantine & at(Clarke) == place &
		at(Bellamy) == place;
	telling: "There {is/was} one man who might help, {Maya} {Maya.say/says/said}: Dante, who was president once. They
		{keep/kept} him in quarantine.";
};

refine action turn_off(who : rescuer, camera : camera, place : place) {
	precondition: who == Monty & at(Dante) == Quarantine & asked_by(Help) == ? & !open(Door) & !busy(Clarke);
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	telling: "{who} {who.open/opens/opened} the junction box, and the camera over the hall {goes/went} blind.";
};

refine action ask(asker : envoy, asked : walker, request : request, place : place) {
	precondition:
		asker == Alia & place == Quarantine & !busy(Clarke) & (!on(HallCamera) | !watched(HallCamera)) &
		asked_by(request) == ?;
	effect: !watched(HallCamera);
	observing(c : character): at(c) == Quarantine | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "\"There must be a way to bring our people home that does not kill yours,\" {asker} {asker.say/says/said}.
		{Dante} only {Dante.remark/remarks/remarked} that they may speak up: with everyone on level five, no one
		{looks/looked} at the cameras.";
};

// What his people need is there, he then knows, and goes with them of his own will.
refine action grant(asked : walker, request : request, place : place) {
	effect: captor(asked) = ? & leader(asked) = Clarke;
	observing(c : character): at(c) == place | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "If the turbines {are/were} whole, {Dante} {Dante.say/says/said}, then there {is/was} a way. {Dante.They}
		{Dante.come/comes/came} with them.";
};

refine action refuse(asked : walker, request : request, place : place) {
	observing(c : character): at(c) == place | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{Dante} {Dante.shake/shakes/shook} {Dante.their} head. They took the power from {Dante.their} people;
		what {is/was} to become of those if {Dante.they} {Dante.give/gives/gave} away the captives as well?";
};

refine action seize(guard : rescuer, captive : walker, place : inner) {
	precondition: guard == Bellamy & captive == Dante & !busy(Clarke) & refused(Help);
	observing(c : character): at(c) == place | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{Bellamy} {Bellamy.grip/grips/gripped} {Dante}'s arm. {Dante.They} {Dante.come/comes/came} along, willing
		or not.";
};

refine trigger see_party(seer : walker, member : walker, place : place) {
	precondition: captor(member) == ? | captor(member) == Bellamy;
};

// Only those who go about are noticed and missed, and only they and the captives are held or free.
refine trigger notice(seer : character, seen : walker, place : place) {
	precondition: place : inner | place : threshold | place == Outside;
};

refine trigger miss(seer : character, seen : walker, place : place) {
	precondition: place : inner | place : threshold | place == Outside;
};

refine trigger see_free(seer : character, captive : person, place : inner) {
	precondition: captive : walker | captive == Captives;
};

refine trigger see_captive(seer : character, captive : person, guard : character, place : inner) {
	precondition: (guard == Soldiers | guard == Bellamy) & (captive : walker | captive == Captives);
};

// ---------------------------------------------------------------------------------------------------------------------
// The command centre

refine action repair(who : rescuer, circuit : circuit, place : place) {
	precondition: so(Turbines) & !busy(Clarke);
	effect: forall(p : inner) (if(!open(Door) & p != LevelFive) !stale(p));
	telling: "{who} {who.join/joins/joined} what was cut. Far below the turbines {turn/turned}, and air {moves/moved}
		in the vents of every level.";
};

action flood(Clarke, Bellamy, LevelFive) {
	precondition:
		at(Clarke) == CommandCentre & at(Bellamy) == CommandCentre & captor(Captives) != ? & !stale(LevelFive);
	effect: stale(LevelFive);
	consenting: Clarke, Bellamy;
	observing(c : character):
		at(c) == CommandCentre | at(c) == LevelFive |
		(c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "Together {Clarke} and {Bellamy} {pull/pulled} one lever down. The vents of level five {open/opened} to
		the outside air.";
};

action give_order(Dante, Soldiers) {
	precondition:
		at(Dante) == CommandCentre & !busy(Clarke) & alive(Soldiers) & captor(Captives) != ? & !ordered(Soldiers);
	effect: ordered(Soldiers);
	consenting: Dante;
	observing(c : character):
		at(c) == LevelFive | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside))) | c == Dante;
	telling: "{Dante} {Dante.bend/bends/bent} to the microphone. The war {is/was} over, {Dante.they}
		{Dante.tell/tells/told} {Dante.their} soldiers; the captives {are/were} to go.";
};

// ---------------------------------------------------------------------------------------------------------------------
// Level five

action drop(Soldiers, Fox, BodyChute) {
	precondition: alive(Soldiers) & !alive(Fox) & at(Fox) == LevelFive;
	effect: at(Fox) = Bin;
	consenting: Soldiers;
	observing(c : character): at(c) == Tunnel | at(c) == Outside | at(c) == LevelFive;
	telling: "A buzzer {sounds/sounded} in the tunnel. Then a body {comes/came} down the chute into the bin: Fox.";
};

action bleed(Soldiers, Captives) {
	precondition:
		alive(Soldiers) & captor(Captives) != ? & alive(Captives) & at(Fox) == Bin &
		(broken(Panel) | exists(f : friend) at(f) == LevelFive);
	effect: !alive(Captives) & forall(n : native) (if(at(n) == LevelFive) hardy(n));
	consenting: Soldiers;
	observing(c : character): at(c) == LevelFive | watches(c, LevelFive);
	telling: "They {take/took} from the captives what {makes/made} them breathe freely, to the last of them, and
		{give/gave} it to their own.";
};

refine action surround(group : group, place : place) {
	precondition: captor(Captives) != ?;
	telling: "Rifles on every side. {group} {group.put/puts/put} those who came by the chute with the others.";
};

refine action release(guard : group, captive : captive, place : place) {
	precondition: ordered(Soldiers) & captive == Captives & alive(Captives);
	effect: forall(p : person) (if(captor(p) == guard) captor(p) = ?);
	observing(c : character): True;
	telling: "The soldiers {look/looked} at the lamps, at the vents, at each other. Then they {unlock/unlocked} the
		chains.";
};

refine action change_tank(who : friend, tank : tank, place : place) {
	precondition: who == Maya & air(who) <= reserve();
	telling: "{who} {who.find/finds/found} the spare tanks and {who.screw/screws/screwed} a full one to {who.their}
		suit.";
};

// ---------------------------------------------------------------------------------------------------------------------
// What happens by itself

trigger see_no_army(seer : friend, army : army, place : threshold) {
	precondition: post(army) == place & gone(army) & believes(seer, !gone(army)) & (at(seer) == place | open(Door));
	effect: believes(seer, gone(army));
	telling: "{if seer == Bellamy | seer == Alia}{seer} and {if seer == Alia}{Octavia}{else}those with {seer.them}{end}
		{look/looked} for {army}. There {is/was} none.{end}";
};

trigger storm(LexasArmy) {
	precondition: open(Door) & !gone(LexasArmy) & alive(Soldiers);
	effect: !alive(Soldiers);
	telling: "Lexa's army {pours/poured} through the open door, and no soldier of the mountain {stands/stood} in its
		way for long.";
};

refine trigger beep(who : person, place : place) {
	telling: "The gauge of {who}'s tank {beeps/beeped}: {air(who)} minutes. It was to last for hours.";
};

// Whoever comes to her while it beeps, hears it.
trigger hear_gauge(hearer : friend, place : place) {
	precondition:
		beeping(Maya) & alive(Maya) & at(Maya) == place & at(hearer) == place &
		believes(hearer, air(Maya)) != air(Maya);
	effect: believes(hearer, air(Maya)) = air(Maya) & believes(hearer, beeping(Maya));
};

trigger hear_of_deal(hearer : friend) {
	precondition: open(Door) & at(Clarke) != Outside & so(Deal) & believes(hearer, !so(Deal));
	effect: believes(hearer, so(Deal));
};

// Those inside learn it from the others, and understand that the soldiers know.
trigger hear_of_fox(hearer : friend) {
	precondition: open(Door) & at(Fox) == Bin & !alive(Fox) & believes(hearer, alive(Fox));
	effect:
		believes(hearer, !alive(Fox)) & believes(hearer, at(Fox)) = Bin &
		believes(hearer, believes(Soldiers, at(Fox))) = Bin & believes(hearer, believes(Soldiers, !alive(Fox)));
	telling: "{if hearer == Bellamy}{hearer} and those with {hearer.them} {learn/learned} who {lies/lay} in the bin:
		Fox.{end}";
};

// ---------------------------------------------------------------------------------------------------------------------
// What they want

utility():
	(if(alive(Captives)) 1 else 0) + (if(alive(Captives) & captor(Captives) == ?) 1 else 0) +
	(if(alive(Natives)) 1 else 0) + (if(alive(Maya)) 1 else 0);

// Clarke and Bellamy would not buy freedom with a mountain full of lives, until they know that the killing has begun.
utility(Clarke):
	(if(asked_by(Help) != ?) 1 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) (if(alive(Fox)) 12 else 2) else 0) +
	(if(at(Clarke) == Outside) 0 elseif(at(Clarke) == Tunnel) 1 elseif(open(Door)) 2 else 3) +
	(if(open(Lock)) 1 else 0) + (if(believes(Octavia, so(Deal))) 1 else 0) + (if(live(Power)) 1 else 0) +
	(if(captor(Dante) == Bellamy) 1 else 0);

utility(Bellamy):
	(if(asked_by(Help) != ?) 1 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) (if(alive(Fox)) 12 else 2) else 0) +
	(if(at(Alia) != Outside & at(Alia) != Tunnel) (if(open(Door)) 1 else 2) else 0) + (if(open(Lock)) 1 else 0) +
	(if(captor(Dante) == Bellamy) 1 else 0);

utility(Alia):
	(if(asked_by(Help) != ?) 1 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) 12 else 0) + (if(alive(Maya)) 4 else 0) + (if(trouble() != ?) -1 else 0);

utility(Octavia):
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(so(Deal)) -1 else 0) + (if(trouble() != ?) -1 else 0) +
	(if(at(Octavia) == LevelFive) 1 else 0);

utility(Jasper):
	(if(alive(Maya)) 12 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) 4 else 0) + (if(!distrusts(Octavia, Maya)) 1 else 0) +
	(if(air(Maya) > 30 | (live(Power) & !open(Door))) 2 elseif(at(Maya) == LevelFive) 1 else 0);

utility(Monty):
	(if(asked_by(Help) != ?) 1 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) 4 else 0) + (if(open(Lock)) 1 else 0) + (if(live(Power)) 1 else 0);

utility(Maya):
	(if(alive(Maya)) 12 else 0) + (if(alive(Natives)) 12 else 0) +
	(if(alive(Captives) & captor(Captives) == ?) 4 else 0) +
	(if(air(Maya) > 30 | (live(Power) & !open(Door))) 2 elseif(at(Maya) == LevelFive) 1 else 0) +
	(if(believes(Bellamy, at(Dante)) != ?) 1 else 0);

// As long as the power is out, the captives are all that the mountain has to live by: held, or bled.
utility(Dante):
	(if(alive(Natives)) 12 else 0) +
	(if((live(Power) & !open(Door)) | hardy(Natives) | (alive(Captives) & captor(Captives) != ?)) 4 else 0) +
	(if(alive(Captives)) (if(captor(Captives) != ?) 3 else 4) else 0);

utility(Soldiers):
	(if(alive(Natives)) 12 else 0) +
	(if((live(Power) & !open(Door)) | hardy(Natives)) 4 elseif(alive(Captives) & captor(Captives) != ?) 2 else 0) +
	(
		(if(alive(Captives) & captor(Captives) == ? & live(Power) & !open(Door)) 2 else 0) -
		(if(exists(f : friend) (at(f) == LevelFive & captor(f) == ?)) 1 else 0)
	) + (if(at(Fox) == Bin) 1 else 0);

ending everyone_lives "Everyone lives":
	alive(Captives) & captor(Captives) == ? & alive(Natives) & alive(Maya) & !open(Door);

ending captives_freed_natives_die "The captives are free, and the mountain is dead":
	alive(Captives) & captor(Captives) == ? & !alive(Natives);

ending captives_die "The captives die": !alive(Captives);

ending maya_suffocates "Maya suffocates": !alive(Maya);

// ---------------------------------------------------------------------------------------------------------------------
// What its author wants of it

demand hope "Everyone can live": possible ending(everyone_lives);
demand air "Nobody native lives on without air":
	never exists(n : native) (alive(n) & !hardy(n) & air(n) == 0 & at(n) != LevelFive & (open(Door) | !live(Power)));
demand gun "Who shoots has taken aim": done(aim(Clarke, Panel)) before done(shoot(Clarke, Panel));
demand asked "Dante is asked before he is taken along":
	done(ask(_, Dante, Help, Quarantine)) before done(seize(Bellamy, Dante, _));
demand proof "Nobody kills before they know of Fox":
	believes(Clarke, !alive(Fox)) before done(flood(Clarke, Bellamy, _));
secret deal "Lexa's deal": so(Deal) from Octavia, Alia until (done(say(Clarke, Deal, Tunnel)) | open(Door));

accept never_fires(storm) "Lexa has not kept faith; it is what would have happened.";

/**
 * The Mountain
 *
 * People are held on the fifth level of a mountain, and the first of them has died there. Their friends are in two
 * places: some before the mountain's door, some already behind it. Each group counts on an army that the other one is
 * supposed to have, and both armies are gone.
 *
 * Of the library it has people and places, where they are and who is dead, led or held (std/base), who notices and misses
 * whom, and the door (std/movement), and parties that form where those meet who belong together (std/parties). The rest is
 * its own. Ways, doors, tanks, captives and cameras of the library leave everybody more to do at any moment, and each act
 * more is one more that all nine think of, five acts ahead: with them, hundreds of thousands of moments and more did not
 * end, or reasons took seconds each.
 *
 * What to know before changing anything:
 *
 * - Time is air. There is no clock, only Maya's tank: opening the door, and each walk through the mountain that she goes
 *   along with, takes a quarter of an hour from it while there is no air to breathe. Were time to pass by itself, nobody's walks
 *   would cost her anything, and waiting would kill her before anybody had come.
 * - People walk in parties. Whoever follows a leader goes where the leader goes. Where they meet Clarke, all but the
 *   mountain's own fall in with her, until Jasper splits off with Octavia and Maya.
 * - The friends keep to what they agreed, so they know of each other's ways, unless the closed door is between them.
 * - Those inside open the door when Clarke is there, and hold it until those outside are in. Nobody opens it again.
 * - First things first: nobody walks into the white room in view of a camera, Dante is asked before he is taken along,
 *   and while he thinks, everybody waits.
 * - Air is good on level five until somebody lets the outside in there, and elsewhere inside once the turbines run
 *   and the door is shut.
 * - Clarke comes when she hears the buzzer, and so the story begins with Fox.
 * - The soldiers put an end to it as soon as they know that somebody comes for the captives: when a shot falls, or when
 *   friends turn up on level five.
 * - What people want is counted in points: a life or a freedom is worth 8 or 12, a step on the way 1 or 2.
 */
title "The Mountain";
author "The Chekhov project";
include "std/movement";
include "std/parties";
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
type reply;
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
entity Soldiers : native, character "the soldiers" (they);
entity Natives : native "the people of the mountain" (they);
entity Captives : captive "the captives" (they);
entity Fox : captive "Fox" (she);
entity Lexa : person "Lexa" (she);
entity Lincoln : person "Lincoln" (he);
entity LexasArmy : army "Lexa's army";
entity FreedPrisoners : army "the freed prisoners";

entity Door : door "the door";
entity Panel : fixture "the panel";
entity JunctionBox : fixture "the junction box";
entity Camera : fixture "the camera";
entity Turbines : fixture "the turbines";
entity TrashChute : fixture "the trash chute";
entity BodyChute : fixture "the body chute";
entity Pounding : trouble;
entity Aiming : trouble;
entity Quarrel : trouble;
entity Asked : reply;
entity Refused : reply;

playable Clarke, Bellamy, Alia, Octavia, Jasper, Monty, Maya, Dante;

level "the door's level": Camp, Outside, Tunnel, Bin, Hall, Quarantine, CommandCentre;
level "far below": LevelFive;

// The house
property broken(Panel) : boolean;
property opens_when_shot(Panel) : boolean;
property unlocked(CommandCentre) : boolean;
property whole(Turbines) : boolean;
property running(Turbines) : boolean;
property on(Camera) : boolean;
property watched(Camera) : boolean;
property flooded(LevelFive) : boolean;                      // with outside air

// The people
property immune(native : native) : boolean;                 // outside air no longer kills them
property tank(native : native) : number 0..240;             // minutes of air in a suit
property angry(Octavia) : boolean;
property reunited(Bellamy, Alia) : boolean;
property trouble() : trouble;
property reply() : reply;                                   // Dante's
property ordered(Soldiers) : boolean;                       // to let the captives go

// What happened before
property dealt(Lexa) : boolean;                             // bought her own people's freedom with her army's retreat
property taken(Lincoln) : boolean;
property gone(army : army) : boolean;
property post(army : army) : threshold;                     // where it was supposed to be

whole(Turbines);
on(Camera);

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
immune(Dante);
tank(Maya) = 45;
angry(Octavia);
leader(Octavia) = Clarke;
leader(Alia) = Clarke;
leader(Jasper) = Bellamy;
leader(Monty) = Bellamy;
leader(Maya) = Bellamy;
forall(c : character) belongs(c) = Clarke;
belongs(Dante) = Dante;
belongs(Soldiers) = Soldiers;
distrusts(Octavia, Maya);
dealt(Lexa);
taken(Lincoln);
forall(a : army) gone(a);
post(LexasArmy) = Tunnel;
post(FreedPrisoners) = Hall;

// Nobody but the soldiers knows that the killing has begun, and everybody thinks that Maya's new tank is full.
forall(w : walker) believes(w, alive(Fox));
forall(f : friend) believes(f, tank(Maya)) = 240;
believes(Clarke, tank(Maya)) = ?;
believes(Octavia, tank(Maya)) = ?;
believes(Alia, tank(Maya)) = ?;

// The friends think that somebody watches the camera's picture; only Maya knows where Dante is, and she knows that.
forall(f : friend) believes(f, watched(Camera));
forall(r : rescuer) believes(r, at(Dante)) = ?;
forall(r : rescuer) believes(Maya, believes(r, at(Dante))) = ?;

// Clarke's people spared the turbines. Everybody else thinks that they blew them up, and Clarke knows that, too.
believes(Bellamy, !whole(Turbines));
believes(Alia, !whole(Turbines));
believes(Octavia, !whole(Turbines));
believes(Jasper, !whole(Turbines));
believes(Monty, !whole(Turbines));
believes(Maya, !whole(Turbines));
believes(Dante, !whole(Turbines));
believes(Soldiers, !whole(Turbines));
believes(Clarke, believes(Bellamy, !whole(Turbines)));
believes(Clarke, believes(Alia, !whole(Turbines)));
believes(Clarke, believes(Octavia, !whole(Turbines)));
believes(Clarke, believes(Jasper, !whole(Turbines)));
believes(Clarke, believes(Monty, !whole(Turbines)));
believes(Clarke, believes(Maya, !whole(Turbines)));
believes(Clarke, believes(Dante, !whole(Turbines)));

// Octavia and Alia saw the army go, but know of no deal, nor that Lincoln was taken. They hope for the prisoners inside.
believes(Octavia, !dealt(Lexa));
believes(Octavia, !taken(Lincoln));
believes(Octavia, !gone(FreedPrisoners));
believes(Alia, !dealt(Lexa));
believes(Alia, !taken(Lincoln));
believes(Alia, !gone(FreedPrisoners));

// Clarke knows all that, and thinks that the two have gone home with the army.
believes(Clarke, at(Octavia)) = Camp;
believes(Clarke, at(Alia)) = Camp;
believes(Clarke, believes(Octavia, !dealt(Lexa)));
believes(Clarke, believes(Octavia, !taken(Lincoln)));
believes(Clarke, believes(Alia, !dealt(Lexa)));
believes(Clarke, believes(Alia, !taken(Lincoln)));
believes(Clarke, opens_when_shot(Panel));

// Those inside think that Lexa's army stands before the door, and Clarke, Octavia and Alia with it.
believes(Bellamy, at(Clarke)) = Tunnel;
believes(Bellamy, !gone(LexasArmy));
believes(Bellamy, !dealt(Lexa));
believes(Bellamy, !taken(Lincoln));
believes(Jasper, at(Clarke)) = Tunnel;
believes(Jasper, !gone(LexasArmy));
believes(Jasper, !dealt(Lexa));
believes(Jasper, !taken(Lincoln));
believes(Monty, at(Clarke)) = Tunnel;
believes(Monty, !gone(LexasArmy));
believes(Monty, !dealt(Lexa));
believes(Monty, !taken(Lincoln));
believes(Maya, at(Clarke)) = Tunnel;
believes(Maya, !gone(LexasArmy));
believes(Maya, !dealt(Lexa));
believes(Maya, !taken(Lincoln));

// The mountain's own take everybody for shut out, and know nothing of Maya's tank.
forall(f : friend) believes(Dante, at(f)) = Outside;
forall(f : friend) believes(Soldiers, at(f)) = Outside;
forall(f : friend) believes(Dante, belongs(f)) = ?;
forall(f : friend) believes(Soldiers, belongs(f)) = ?;
believes(Dante, tank(Maya)) = ?;
believes(Soldiers, tank(Maya)) = ?;
forall(f : friend) believes(f, believes(Dante, tank(Maya))) = ?;
forall(f : friend) believes(f, believes(Soldiers, tank(Maya))) = ?;

// ---------------------------------------------------------------------------------------------------------------------
// Before the door

action arrive(Clarke, Tunnel) {
	precondition: at(Clarke) == Outside & at(Fox) == Bin;
	effect: at(Clarke) = Tunnel;
	consenting: Clarke;
	observing(c : character): at(c) == Tunnel;
	telling: "There {are/were} footsteps in the tunnel. {Clarke} {Clarke.come/comes/came} up to the door, alone.";
};

action tell_of_deal(Clarke, Octavia) {
	precondition: at(Clarke) == Tunnel & at(Octavia) == Tunnel & !open(Door) & dealt(Lexa) & taken(Lincoln);
	effect: dealt(Lexa) & taken(Lincoln);
	consenting: Clarke;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{Clarke} {Clarke.say/says/said} it without sparing {Clarke.themself}: Lexa {has/had} made a deal. Her own
		people {walk/walked} free, her army {has/had} turned back, and Lincoln, who would have no part in it, was
		dragged away.";
};

action blame(Octavia, Clarke) {
	precondition:
		at(Octavia) == Tunnel & at(Clarke) == Tunnel & !open(Door) & angry(Octavia) & dealt(Lexa) & trouble() == ?;
	effect: !angry(Octavia) & trouble() = Quarrel;
	consenting: Octavia;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{Octavia} {Octavia.let/lets/let} {Clarke} hear what {Clarke.their} trust in Lexa {has/had} cost so far,
		name by name.";
};

action pound(Clarke, Door) {
	precondition: at(Clarke) == Tunnel & !open(Door) & trouble() == ?;
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
	precondition: at(Clarke) == Tunnel & !open(Door) & !broken(Panel) & trouble() == ?;
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
		(peacemaker == Alia | (peacemaker == Octavia & trouble() != Quarrel)) & at(peacemaker) == Tunnel &
		at(Clarke) == Tunnel & trouble() != ?;
	effect: trouble() = ?;
	consenting: peacemaker;
	observing(c : character): at(c) == Tunnel | (open(Door) & c : friend);
	telling: "{peacemaker} {if trouble() == Quarrel}{peacemaker.step/steps/stepped} between {Octavia} and {Clarke}
		before it {comes/came} to more than words{else}{if trouble() == Aiming}{peacemaker.push/pushes/pushed} the gun
		down; a shot would tell the whole mountain where they {are/were}{else}{peacemaker.pull/pulls/pulled} {Clarke}
		away from the door, before the wrong people {hear/heard}{end}{end}.";
};

// ---------------------------------------------------------------------------------------------------------------------
// The door and the ways behind it

action open_door(opener : friend, Door) {
	precondition:
		at(opener) == Hall & leader(opener) == ? & !open(Door) & !broken(Panel) & exists(f : friend) at(f) == Tunnel &
		at(Clarke) != Outside;
	effect: open(Door) & trouble() = ? & !angry(Octavia) & if(alive(Maya)) tank(Maya) = tank(Maya) - 15;
	consenting: opener;
	observing(c : character): c : friend;
	telling: "The lock {beeps/beeped}. {opener} {opener.push/pushes/pushed} the great door open from inside.";
};

action close_door(closer : friend, Door) {
	precondition:
		at(closer) == Hall & (leader(closer) == ? | closer == Bellamy) & open(Door) & !broken(Panel) &
		forall(f : friend) at(f) != Tunnel;
	effect: !open(Door);
	consenting: closer;
	observing(c : character): c : friend;
	telling: "{closer} {closer.swing/swings/swung} the door shut behind them.";
};

action enter(leader : friend, Hall) {
	precondition: leader(leader) == ? & at(leader) == Tunnel & open(Door);
	effect:
		forall(w : walker) (if(at(w) == Tunnel & (w == leader | leader(w) == leader) & alive(w)) at(w) = Hall) &
		if(at(Alia) == Tunnel & at(Bellamy) == Hall) reunited(Bellamy, Alia);
	consenting: leader;
	observing(c : character): c : friend;
	telling: "{leader} {leader.lead/leads/led} the way into the mountain.{if at(Alia) == Tunnel & at(Bellamy) == Hall}
		{Bellamy} {Bellamy.hold/holds/held} {Alia}, carefully, for {Alia.they} still {Alia.hurt/hurts/hurt} where the
		house fell on {Alia.them}.{end}";
};

action leave(Bellamy, Tunnel) {
	precondition: leader(Bellamy) == ? & at(Bellamy) == Hall & open(Door) & at(Alia) == Tunnel;
	effect:
		forall(w : walker) (if(at(w) == Hall & (w == Bellamy | leader(w) == Bellamy) & alive(w)) at(w) = Tunnel) &
		reunited(Bellamy, Alia);
	consenting: Bellamy;
	observing(c : character): c : friend;
	telling: "{Bellamy} {Bellamy.come/comes/came} out into the tunnel, and the others after {Bellamy.them}.
		{Bellamy.They} {Bellamy.lift/lifts/lifted} {Alia} off {Alia.their} feet and {Bellamy.set/sets/set} {Alia.them}
		down at once, for {Alia.they} still {Alia.hurt/hurts/hurt} where the house fell on {Alia.them}.";
};

action go(Clarke, to : inner) {
	precondition:
		(at(Clarke) == Hall | at(Clarke) == Quarantine | at(Clarke) == CommandCentre) & to != LevelFive &
		at(Clarke) != to & (to != CommandCentre | unlocked(CommandCentre)) &
		(to != Quarantine | !on(Camera) | !watched(Camera)) & reply() != Asked;
	effect:
		forall(w : walker) (if(at(w) == at(Clarke) & (w == Clarke | leader(w) == Clarke) & alive(w)) at(w) = to) &
		if(alive(Maya) & leader(Maya) == Clarke & at(Maya) == at(Clarke) & (!running(Turbines) | open(Door)))
			tank(Maya) = tank(Maya) - 15;
	consenting: Clarke;
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	telling: "{Clarke} {Clarke.lead/leads/led} the way to {to}.";
};

action slide(Jasper, TrashChute) {
	precondition: leader(Jasper) == ? & at(Jasper) == Hall;
	effect: forall(w : walker) (if(at(w) == Hall & (w == Jasper | leader(w) == Jasper) & alive(w)) at(w) = LevelFive);
	consenting: Jasper;
	observing(c : character):
		at(c) == LevelFive | at(c) == CommandCentre |
		(c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{Jasper} {Jasper.go/goes/went} first. One after the other they let themselves drop down the trash chute
		to level five.";
};

action split_up(Jasper, Octavia, Maya, Clarke, place : threshold) {
	precondition:
		at(Jasper) == place & at(Octavia) == place & at(Maya) == place & at(Clarke) == place & at(Bellamy) == place &
		alive(Maya) & leader(Jasper) == Clarke & !distrusts(Octavia, Maya);
	effect:
		leader(Jasper) = ? & leader(Octavia) = Jasper & leader(Maya) = Jasper & belongs(Jasper) = Jasper &
		belongs(Octavia) = Octavia & belongs(Maya) = Maya;
	consenting: Jasper, Octavia, Maya;
	observing(c : character): c : friend;
	telling: "They split up: {Jasper} and {Octavia} {will/would} see to {Maya}'s air, the others {will/would} go with
		{Clarke}.";
};

action vouch(Jasper, Maya, place : threshold) {
	precondition: at(Jasper) == place & at(Maya) == place & at(Octavia) == place & distrusts(Octavia, Maya);
	effect: !distrusts(Octavia, Maya);
	consenting: Jasper;
	observing(c : character): c : friend;
	telling: "{Octavia} {Octavia.eye/eyes/eyed} the stranger in the suit. \"Maya is one of us,\" {Jasper}
		{Jasper.say/says/said}, and {Octavia} {Octavia.take/takes/took} {Jasper.their} word.";
};

// ---------------------------------------------------------------------------------------------------------------------
// Dante

action name_dante(Maya, place : threshold) {
	precondition:
		alive(Maya) & at(Maya) == place & at(Clarke) == place & at(Bellamy) == place & at(Dante) == Quarantine;
	effect: at(Dante) = Quarantine;
	consenting: Maya;
	observing(c : character): at(c) == place;
	telling: "There {is/was} one man who might help, {Maya} {Maya.say/says/said}: Dante, who was president once. They
		{keep/kept} him in quarantine.";
};

action put_out(Monty, Camera, JunctionBox) {
	precondition: at(Monty) == Hall & on(Camera) & at(Dante) == Quarantine;
	effect: !on(Camera);
	consenting: Monty;
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	telling: "{Monty} {Monty.open/opens/opened} the junction box, and the camera over the hall {goes/went} blind.";
};

action ask(asker : envoy, Dante, Quarantine) {
	precondition: at(asker) == Quarantine & at(Dante) == Quarantine & reply() == ? & (!on(Camera) | !watched(Camera));
	effect: reply() = Asked & !watched(Camera);
	consenting: asker;
	observing(c : character): at(c) == Quarantine | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "\"There must be a way to bring our people home that does not kill yours,\" {asker} {asker.say/says/said}.
		{Dante} only {Dante.remark/remarks/remarked} that they may speak up: with everyone on level five, no one
		{looks/looked} at the cameras.";
};

action refuse(Dante) {
	precondition: reply() == Asked;
	effect: reply() = Refused;
	consenting: Dante;
	observing(c : character): at(c) == at(Dante) | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{Dante} {Dante.shake/shakes/shook} {Dante.their} head. They took the power from {Dante.their} people;
		what {is/was} to become of those if {Dante.they} {Dante.give/gives/gave} away the captives as well?";
};

action take_along(Bellamy, Dante, place : inner) {
	precondition:
		at(Bellamy) == place & at(Dante) == place & captor(Dante) != Bellamy & !hurt(Bellamy) & reply() == Refused;
	effect: captor(Dante) = Bellamy & leader(Dante) = Clarke;
	consenting: Bellamy;
	observing(c : character): at(c) == place | (c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "{Bellamy} {Bellamy.grip/grips/gripped} {Dante}'s arm. {Dante.They} {Dante.come/comes/came} along, willing
		or not.";
};

// ---------------------------------------------------------------------------------------------------------------------
// The command centre

action break_in(Clarke, Monty, CommandCentre) {
	precondition:
		(at(Clarke) == Hall | at(Clarke) == Quarantine) & leader(Monty) == Clarke & !unlocked(CommandCentre) &
		reply() != Asked;
	effect:
		unlocked(CommandCentre) &
		forall(w : walker) (
			if(at(w) == at(Clarke) & (w == Clarke | leader(w) == Clarke) & alive(w)) at(w) = CommandCentre
		) &
		if(alive(Maya) & leader(Maya) == Clarke & at(Maya) == at(Clarke) & (!running(Turbines) | open(Door)))
			tank(Maya) = tank(Maya) - 15;
	consenting: Clarke, Monty;
	observing(c : character): c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside));
	telling: "{Clarke} {Clarke.has} {Monty} talk the lock of the command centre into letting them through. On the
		screens {lies/lay} level five before them.";
};

action tell_of_turbines(Clarke, CommandCentre) {
	precondition: at(Clarke) == CommandCentre & whole(Turbines);
	effect: whole(Turbines);
	consenting: Clarke;
	observing(c : character): at(c) == CommandCentre;
	telling: "They only cut the lines, {Clarke} {Clarke.say/says/said}. The turbines {are/were} whole: whoever
		{wants/wanted} to {can/could} bring them back.";
};

action repair(Monty, Turbines) {
	precondition: at(Monty) == CommandCentre & whole(Turbines) & !running(Turbines);
	effect: running(Turbines);
	consenting: Monty;
	observing(c : character): at(c) == CommandCentre;
	telling: "{Monty} {Monty.join/joins/joined} what was cut. Far below the turbines {turn/turned}, and air
		{moves/moved} in the vents of every level.";
};

action flood(Clarke, Bellamy, LevelFive) {
	precondition:
		at(Clarke) == CommandCentre & at(Bellamy) == CommandCentre & captor(Captives) != ? & !flooded(LevelFive);
	effect: flooded(LevelFive);
	consenting: Clarke, Bellamy;
	observing(c : character):
		at(c) == CommandCentre | at(c) == LevelFive |
		(c : friend & (open(Door) | (at(c) != Tunnel & at(c) != Outside)));
	telling: "Together {Clarke} and {Bellamy} {pull/pulled} one lever down. The vents of level five {open/opened} to
		the outside air.";
};

action give_order(Dante, Soldiers) {
	precondition: at(Dante) == CommandCentre & alive(Soldiers) & captor(Captives) != ? & !ordered(Soldiers);
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
	effect: !alive(Captives) & forall(n : native) (if(at(n) == LevelFive) immune(n));
	consenting: Soldiers;
	observing(c : character): at(c) == LevelFive | at(c) == CommandCentre;
	telling: "They {take/took} from the captives what {makes/made} them breathe freely, to the last of them, and
		{give/gave} it to their own.";
};

action seize(Soldiers, LevelFive) {
	precondition: alive(Soldiers) & captor(Captives) != ? & exists(f : friend) (at(f) == LevelFive & captor(f) == ?);
	effect: forall(f : friend) (if(at(f) == LevelFive) captor(f) = Soldiers);
	consenting: Soldiers;
	observing(c : character): at(c) == LevelFive | at(c) == CommandCentre;
	telling: "Rifles on every side. The soldiers put those who came by the chute with the others.";
};

action release(Soldiers, Captives) {
	precondition: alive(Soldiers) & ordered(Soldiers) & captor(Captives) != ? & alive(Captives);
	effect: forall(p : person) (if(captor(p) == Soldiers) captor(p) = ?);
	consenting: Soldiers;
	telling: "The soldiers {look/looked} at the lamps, at the vents, at each other. Then they {unlock/unlocked} the
		chains.";
};

action change_tank(Maya, LevelFive) {
	precondition: alive(Maya) & at(Maya) == LevelFive & captor(Maya) == ? & tank(Maya) <= 30;
	effect: tank(Maya) = 240;
	consenting: Maya;
	observing(c : character): at(c) == LevelFive | at(c) == CommandCentre;
	telling: "{Maya} {Maya.find/finds/found} the spare tanks and {Maya.screw/screws/screwed} a full one to {Maya.their}
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

trigger suffocate(native : native, place : place) {
	precondition:
		alive(native) & at(native) == place & !immune(native) & tank(native) == 0 &
		(
			(place == LevelFive & flooded(LevelFive)) |
			(place != LevelFive & place : inner & (!running(Turbines) | open(Door))) | !(place : inner)
		);
	effect: !alive(native);
	telling: "There {is/was} nothing left to breathe for {native}.";
};

// Whoever feels the air move knows what moves it.
trigger feel_air(c : character) {
	precondition: running(Turbines) & believes(c, !running(Turbines));
	effect: believes(c, running(Turbines)) & believes(c, whole(Turbines));
};

trigger walk_free(person : person) {
	precondition: captor(person) == Soldiers & !alive(Soldiers);
	effect: captor(person) = ?;
	telling: "No guard {stands/stood} any more between {person} and the door.";
};

trigger beep(hearer : friend, place : place) {
	precondition:
		alive(Maya) & at(Maya) == place & at(hearer) == place & tank(Maya) <= 30 &
		believes(hearer, tank(Maya)) != tank(Maya);
	effect: believes(hearer, tank(Maya)) = tank(Maya);
	telling: "{if hearer == Maya}The gauge of {Maya}'s tank {beeps/beeped}: {tank(Maya)} minutes. It was to last for
		hours.{end}";
};

trigger feel_draught(Dante) {
	precondition: at(Dante) == Hall & open(Door) & believes(Dante, !open(Door));
	effect: believes(Dante, open(Door));
	telling: "{Dante} {Dante.feel/feels/felt} the draught from the open door.";
};

trigger see_door_shut(Dante) {
	precondition: at(Dante) == Hall & !open(Door) & believes(Dante, open(Door));
	effect: believes(Dante, !open(Door));
};

trigger hear_of_deal(hearer : friend) {
	precondition:
		open(Door) & at(Clarke) != Outside & dealt(Lexa) & taken(Lincoln) &
		believes(hearer, !dealt(Lexa) | !taken(Lincoln));
	effect: believes(hearer, dealt(Lexa)) & believes(hearer, taken(Lincoln));
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
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(alive(Natives)) (if(alive(Fox)) 12 else 2) else 0) +
	(if(at(Clarke) == Outside) 0 elseif(at(Clarke) == Tunnel) 1 elseif(open(Door)) 2 else 3) +
	(if(unlocked(CommandCentre)) 1 else 0) + (if(believes(Octavia, dealt(Lexa))) 1 else 0) +
	(if(running(Turbines)) 1 else 0) + (if(reply() != ?) 1 else 0) + (if(captor(Dante) == Bellamy) 1 else 0);

utility(Bellamy):
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(alive(Natives)) (if(alive(Fox)) 12 else 2) else 0) +
	(if(reunited(Bellamy, Alia)) 1 else 0) +
	(if(at(Alia) != Outside & at(Alia) != Tunnel) (if(open(Door)) 1 else 2) else 0) +
	(if(unlocked(CommandCentre)) 1 else 0) + (if(reply() != ?) 1 else 0) + (if(captor(Dante) == Bellamy) 1 else 0);

utility(Alia):
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(alive(Natives)) 12 else 0) +
	(if(alive(Maya)) 4 else 0) + (if(trouble() != ?) -1 else 0) + (if(reunited(Bellamy, Alia)) 1 else 0) +
	(if(reply() != ?) 1 else 0);

utility(Octavia):
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(taken(Lincoln)) -1 else 0) +
	(if(angry(Octavia)) -2 else 0) + (if(trouble() != ?) -1 else 0) + (if(at(Octavia) == LevelFive) 1 else 0);

utility(Jasper):
	(if(alive(Maya)) 12 else 0) + (if(alive(Captives) & captor(Captives) == ?) 8 else 0) +
	(if(alive(Natives)) 4 else 0) + (if(!distrusts(Octavia, Maya)) 1 else 0) +
	(if(tank(Maya) > 30 | (running(Turbines) & !open(Door))) 2 elseif(at(Maya) == LevelFive) 1 else 0);

utility(Monty):
	(if(alive(Captives) & captor(Captives) == ?) 8 else 0) + (if(alive(Natives)) 4 else 0) +
	(if(unlocked(CommandCentre)) 1 else 0) + (if(running(Turbines)) 1 else 0) + (if(reply() != ?) 1 else 0);

utility(Maya):
	(if(alive(Maya)) 12 else 0) + (if(alive(Natives)) 12 else 0) +
	(if(alive(Captives) & captor(Captives) == ?) 4 else 0) +
	(if(tank(Maya) > 30 | (running(Turbines) & !open(Door))) 2 elseif(at(Maya) == LevelFive) 1 else 0) +
	(if(believes(Bellamy, at(Dante)) != ?) 1 else 0);

// As long as the power is out, the captives are all that the mountain has to live by: held, or bled.
utility(Dante):
	(if(alive(Natives)) 12 else 0) +
	(if((running(Turbines) & !open(Door)) | immune(Natives) | (alive(Captives) & captor(Captives) != ?)) 4 else 0) +
	(if(alive(Captives)) (if(captor(Captives) != ?) 3 else 4) else 0) + (if(reply() == Asked) -1 else 0);

utility(Soldiers):
	(if(alive(Natives)) 12 else 0) +
	(
		if((running(Turbines) & !open(Door)) | immune(Natives)) 4
		elseif(alive(Captives) & captor(Captives) != ?) 2
		else 0
	) +
	(
		(if(alive(Captives) & captor(Captives) == ? & running(Turbines) & !open(Door)) 2 else 0) -
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
	never exists(n : native) (
		alive(n) & !immune(n) & tank(n) == 0 & at(n) != LevelFive & (open(Door) | !running(Turbines))
	);
demand gun "Who shoots has taken aim": done(aim(Clarke, Panel)) before done(shoot(Clarke, Panel));
demand asked "Dante is asked before he is taken along":
	done(ask(_, Dante, Quarantine)) before done(take_along(Bellamy, Dante, _));
demand proof "Nobody kills before they know of Fox":
	believes(Clarke, !alive(Fox)) before done(flood(Clarke, Bellamy, _));
secret deal "Lexa's deal": dealt(Lexa) from Octavia, Alia until (done(tell_of_deal(Clarke, Octavia)) | open(Door));

accept never_fires(storm) "Lexa has not kept faith; it is what would have happened.";

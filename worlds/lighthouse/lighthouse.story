/**
 * The Lamp at Skerry Point
 *
 * The lamp has oil for an hour, and the boat comes in an hour and a half. The can stands on the quay, twenty minutes' walk
 * away; Rusk, who lives by what the sea brings in, would rather that it stood in his shed.
 */
title "The Lamp at Skerry Point";
author "The Chekhov project";
time step 10 "minutes";
reasons within 8 acts, 2 minds;

type place;
type can;

entity Tower : place "the tower";
entity Path : place "the path";
entity Quay : place "the quay";
entity Enid : character "Enid" (she);
entity Tam : character "Tam" (he);
entity Rusk : character "Rusk" (he);
entity Can : can "the oil can";

property at(who : character) : place;
property holder(can : can) : character;         // ? it stands on the quay
property oil() : number 0..120;                 // minutes of light
property lit() : boolean;
property minute() : number 0..180;
property home() : boolean;                      // the boat
property wrecked() : boolean;

at(Enid) = Tower;
at(Tam) = Tower;
at(Rusk) = Quay;
oil() = 60;
believes(Rusk, oil()) = ?;

process clock() {
	change: minute() += 1;
};

process burning() {
	while: lit();
	change: oil() -= 1;
};

action light(Enid) {
	precondition: at(Enid) == Tower & !lit() & oil() > 0;
	effect: lit();
	consenting: Enid;
	telling: "{Enid} {Enid.light/lights/lit} the lamp.";
};

action walk(who : character, from : place, to : place) {
	duration: 20;
	precondition: at(who) == from & from != to & from != Path & to != Path & who != Enid;
	begin: at(who) = Path;
	effect: at(who) = to;
	consenting: who;
	observing(c : character): at(c) == from;
	observing end(c : character): at(c) == to;
	telling: "{who} {who.set/sets/set} out for {to}.";
	telling end: "{who} {who.come/comes/came} to {to}.";
};

action pick_up(who : character, Can) {
	precondition: at(who) == Quay & holder(Can) == ?;
	effect: holder(Can) = who;
	consenting: who;
	observing(c : character): at(c) == Quay;
	telling: "{who} {who.pick/picks/picked} up the oil can.";
};

action fill(Tam, Can) {
	precondition: at(Tam) == Tower & holder(Can) == Tam & oil() < 60;
	effect: oil() = 120;
	consenting: Tam;
	observing(c : character): at(c) == Tower;
	telling: "{Tam} {Tam.pour/pours/poured} the can into the lamp.";
};

trigger go_out() {
	precondition: lit() & oil() == 0;
	effect: !lit();
	telling: "The lamp {flickers/flickered}, and {goes/went} out.";
};

trigger come_home() {
	precondition: minute() >= 90 & lit() & !home() & !wrecked();
	effect: home();
	telling: "The boat {rounds/rounded} the point and {comes/came} in.";
};

trigger founder() {
	precondition: minute() >= 90 & !lit() & !home() & !wrecked();
	effect: wrecked();
	telling: "In the dark, something large {goes/went} to pieces on the rocks.";
};

utility(Enid): if(lit()) 1 else 0;

utility(Tam): if(oil() > 60) 1 else 0;

utility(Rusk): if(holder(Can) == Rusk) 1 else 0;

ending safe "The boat is home": home();
ending wreck "The boat is lost": wrecked();

secret shed "Who has the can": holder(Can) from Enid until done(fill(Tam, Can));

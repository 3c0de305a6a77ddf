/**
 * The Ferry House
 *
 * It is an hour to the ferry by the road, and half as much across the moor, where one may be stopped. Mina has to be there before
 * the ferry is gone; her brother Jo comes along with her, or finds his own way.
 */
include "std/journeys";

title "The Ferry House";
time step 15 "minutes";

entity Mina : character "Mina" (she);
entity Jo : character "Jo" (he);
entity Warden : character "the warden" (he);
entity Farm : place "the farm";
entity Moor : place "the moor";
entity Ferry : place "the ferry";
playable Mina, Jo;

property hour() : number 0..90;
property gone() : boolean;                                      // the ferry

at(Mina) = Farm;
at(Jo) = Farm;
at(Warden) = Moor;
leader(Jo) = Mina;
minutes(Farm, Ferry) = 60;
minutes(Farm, Moor) = 15;
minutes(Moor, Ferry) = 15;
stops(Warden, Mina);
believes(Mina, at(Warden)) = Ferry;
believes(Jo, at(Warden)) = Ferry;

process clock() {
	change: hour() += 1;
};

trigger cast_off() {
	precondition: hour() >= 75 & !gone();
	effect: gone();
	telling: "The ferry {casts/cast} off.";
};

action get_on(Mina, Ferry) {
	precondition: at(Mina) == Ferry & !gone() & alive(Mina);
	effect: at(Mina) = ?;
	consenting: Mina;
	observing(c : character): at(c) == Ferry;
	telling: "{Mina} {Mina.step/steps/stepped} aboard.";
};

utility(Mina): if(at(Mina) == ? & !gone()) 1 else 0;

utility(Warden): if(at(Mina) == Moor) 1 else 0;

utility(Jo): if(at(Jo) == Ferry) 1 else 0;

ending across "Mina is on the ferry": at(Mina) == ?;
ending missed "She is on the moor, and the ferry is gone": gone() & at(Mina) == Moor;
ending there "Jo is at the ferry": at(Jo) == Ferry;

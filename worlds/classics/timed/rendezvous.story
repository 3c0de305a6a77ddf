/**
 * The Rendezvous
 *
 * Ann is at the station, and at half past the train leaves. It is ten past; but Ben's watch says on the hour. By his watch there
 * is time for breakfast, ten minutes, before he goes, a quarter of an hour. Whoever sees the station's clock knows better,
 * too late.
 */
title "The Rendezvous";
author "The Chekhov project";
time step 5 "minutes";

type place;

entity Home : place "his room";
entity Way : place "the way";
entity Station : place "the station";
entity Train : place "the train";
entity Ann : character "Ann" (she);
entity Ben : character "Ben" (he);

property at(who : character) : place;
property minute() : number 0..60;
property fed() : boolean;
property gone() : boolean;                                      // the train

at(Ann) = Station;
at(Ben) = Home;
minute() = 10;
believes(Ben, minute()) = 0;

process clock() {
	change: minute() += 1;
};

action breakfast(Ben) {
	duration: 10;
	precondition: at(Ben) == Home & !fed();
	effect: fed();
	consenting: Ben;
	observing(c : character): c == Ben;
	telling: "{Ben} has breakfast.";
};

action go(Ben, Station) {
	duration: 15;
	precondition: at(Ben) == Home;
	begin: at(Ben) = Way;
	effect: at(Ben) = Station;
	consenting: Ben;
	observing(c : character): c == Ben;
	observing end(c : character): at(c) == Station;
	telling: "{Ben} sets out for the station.";
	telling end: "{Ben} comes into the station.";
};

action board(Ann, Ben, Train) {
	precondition: at(Ann) == Station & at(Ben) == Station & !gone();
	effect: at(Ann) = Train & at(Ben) = Train;
	consenting: Ann, Ben;
	telling: "They get on.";
};

trigger leave(Train) {
	precondition: minute() >= 30 & !gone();
	effect: gone();
	telling: "The train leaves.";
};

trigger see_clock(who : character) {
	precondition: at(who) == Station & (believes(who, minute()) != minute() | believes(who, gone()) != gone());
	effect: believes(who, minute()) = minute() & believes(who, gone()) = gone();
};

utility(Ann): if(at(Ben) == Train) 1 else 0;
utility(Ben): if(at(Ben) == Train) (if(fed()) 2 else 1) else 0;

ending together "They are on the train": at(Ann) == Train & at(Ben) == Train;
ending missed "He has had his breakfast, and the train is gone": gone() & fed() & at(Ben) == Station;

/**
 * The Relay
 *
 * A letter goes from the coast to the capital. Each rider has a stretch of the road, and waits for the letter at the beginning of
 * it; nobody rides another's horse. Handing over takes a minute. How soon the letter can be there is the sum of it all,
 * however many ride at the same time.
 */
title "The Relay";
author "The Chekhov project";
time step 1 "minutes";

type post;

entity Coast : post "the coast";
entity Inn : post "the inn";
entity Bridge : post "the bridge";
entity Capital : post "the capital";
entity Road : post "the road";
entity Ada : character "Ada" (she);
entity Ben : character "Ben" (he);
entity Cora : character "Cora" (she);

property at(who : character) : post;
property minutes(who : character, from : post, to : post) : number;
property letter() : character;

at(Ada) = Coast;
at(Ben) = Inn;
at(Cora) = Bridge;
minutes(Ada, Coast, Inn) = 7;
minutes(Ben, Inn, Bridge) = 4;
minutes(Cora, Bridge, Capital) = 5;
letter() = Ada;

action ride(who : character, from : post, to : post) {
	duration: minutes(who, from, to);
	precondition: at(who) == from & minutes(who, from, to) > 0;
	begin: at(who) = Road;
	effect: at(who) = to;
	consenting: who;
	telling: "{who} rides from {from} towards {to}.";
	telling end: "{who} is at {to}.";
};

action hand_over(giver : character, taker : character, place : post) {
	duration: 1;
	precondition: giver != taker & at(giver) == place & at(taker) == place & place != Road & letter() == giver;
	effect: letter() = taker;
	consenting: giver, taker;
	telling: "{giver} hands the letter to {taker}.";
};

utility(c : character): if(letter() == Cora & at(Cora) == Capital) 1 else 0;

ending delivered "The letter is in the capital": letter() == Cora & at(Cora) == Capital;

/**
 * The Insured Cup
 *
 * A farce of false ideas. Ada has put a copy of her silver cup on show and keeps the cup itself in her study. She would
 * not mind a burglary: the cup is insured. Nell, who has climbed the garden wall, takes the copy for the cup, and Ada
 * knows that she does. Tobias, the watchman, takes it for the cup, too, as long as nobody calls him into the study.
 */
title "The Insured Cup";

type thing;
type character : thing;
type item : thing;
type place;

entity Nell : character "Nell" (she);
entity Ada : character "Ada" (she);
entity Tobias : character "Tobias" (he);
entity Cup : item "the silver cup" (it);
entity Copy : item "the copy" (it);
entity Garden : place "the garden";
entity Gallery : place "the gallery";
entity Study : place "the study";
entity Bag : place "Nell's bag";
playable Nell, Ada, Tobias;

property at(thing : thing) : place;
property adjoining(from : place, to : place) : boolean;
property caught(Nell) : boolean;
property reported(Ada) : boolean;               // the loss, to the insurance
property exposed(Ada) : boolean;

adjoining(Garden, Gallery);
adjoining(Gallery, Garden);
adjoining(Gallery, Study);
adjoining(Study, Gallery);
at(Nell) = Garden;
at(Ada) = Study;
at(Tobias) = Gallery;
at(Copy) = Gallery;
at(Cup) = Study;

believes(Nell, at(Cup)) = Gallery;
believes(Nell, at(Copy)) = ?;
believes(Tobias, at(Cup)) = Gallery;
believes(Tobias, at(Copy)) = ?;
believes(Tobias, at(Nell)) = ?;
believes(Ada, believes(Nell, at(Cup))) = Gallery;
believes(Ada, believes(Nell, at(Copy))) = ?;
believes(Ada, believes(Tobias, at(Cup))) = Gallery;
believes(Ada, believes(Tobias, at(Copy))) = ?;

action walk(walker : character, from : place, to : place) {
	precondition: at(walker) == from & adjoining(from, to) & !caught(Nell);
	effect: at(walker) = to;
	consenting: walker;
	observing(c : character): at(c) == from | at(c) == to;
	telling: "{walker} {walker.go/goes/went} from {from} into {to}.";
};

action call(Ada, Tobias, Study) {
	precondition: at(Ada) == Study & at(Tobias) == Gallery;
	effect: at(Tobias) = Study;
	consenting: Ada;
	telling: "\"Tobias!\" {Ada.call/calls/called} {Ada}. \"Be so good and look at this window.\" {Tobias}
		{Tobias.leave/leaves/left} {Tobias.their} post to oblige {Ada.them}.";
};

// Whatever shines there goes into the bag, be it the cup or the copy. Ada has been waiting to hear the boards creak.
action grab(Nell, place : place) {
	precondition:
		at(Nell) == place & at(Ada) != place & at(Tobias) != place & place != Bag &
		(at(Cup) == place | at(Copy) == place);
	effect: (if(at(Cup) == place) at(Cup) = Bag) & if(at(Copy) == place) at(Copy) = Bag;
	consenting: Nell;
	observing(c : character): c == Nell | c == Ada;
	telling: "{Nell} {Nell.lift/lifts/lifted} the shining thing from its place and into {Nell.their} bag. A board
		{creaks/creaked}.";
};

action report(Ada, Copy) {
	precondition: at(Ada) == Gallery & at(Copy) != Gallery & !reported(Ada);
	effect: reported(Ada);
	consenting: Ada;
	telling: "{Ada} {Ada.find/finds/found} the plinth empty. {Ada.their} cry of horror {has/had} something of a song.";
};

action expose(Tobias, Ada) {
	precondition: reported(Ada) & at(Cup) == Study;
	effect: exposed(Ada);
	consenting: Tobias;
	telling: "\"But madam,\" {Tobias.say/says/said} {Tobias}, \"the cup stands on your desk.\"";
};

action arrest(Tobias, Nell, place : place) {
	precondition: at(Tobias) == place & at(Nell) == place & place != Garden & !caught(Nell);
	effect: caught(Nell);
	consenting: Tobias;
	observing(c : character): at(c) == place;
	telling: "{Tobias} {Tobias.lay/lays/laid} a heavy hand on {Nell}'s shoulder.";
};

trigger see(seer : character, other : character, place : place) {
	precondition: at(seer) == place & at(other) == place & believes(seer, at(other)) != place;
	effect: believes(seer, at(other)) = place;
	telling: "{seer} {seer.find/finds/found} {other} in {place}.";
};

trigger find_gone(seer : character, other : character, place : place) {
	precondition: at(seer) == place & at(other) != place & believes(seer, at(other)) == place;
	effect: believes(seer, at(other)) = ?;
};

trigger see_cup(seer : character, place : place) {
	precondition: at(seer) == place & at(Cup) == place & believes(seer, at(Cup)) != place;
	effect: believes(seer, at(Cup)) = place;
	telling: "So that is where the cup is, {seer.think/thinks/thought} {seer}.";
};

trigger see_empty_plinth(seer : character) {
	precondition:
		at(seer) == Gallery & at(Cup) != Gallery & at(Copy) != Gallery &
		believes(seer, at(Cup) == Gallery | at(Copy) == Gallery);
	effect:
		(if(believes(seer, at(Cup) == Gallery)) believes(seer, at(Cup)) = ?) &
		if(believes(seer, at(Copy) == Gallery)) believes(seer, at(Copy)) = ?;
	telling: "{seer} {seer.stare/stares/stared} at an empty plinth.";
};

utility(): (if(reported(Ada)) 1 else 0) + (if(exposed(Ada)) 1 else 0);

utility(Nell): (if(at(Cup) == Bag) (if(at(Nell) == Garden) 2 else 1) else 0) + (if(caught(Nell)) -3 else 0);

utility(Ada): (if(reported(Ada)) 2 else 0) + (if(exposed(Ada)) -3 else 0);

utility(Tobias): (if(caught(Nell)) 2 else 0) + (if(exposed(Ada)) 2 else 0) + (if(at(Tobias) == Gallery) 1 else 0);

ending all_content "Everybody has what they wanted":
	reported(Ada) & !exposed(Ada) & at(Copy) == Bag & at(Nell) == Garden & !caught(Nell);
ending real_cup "Nell has the cup itself": at(Cup) == Bag & at(Nell) == Garden & !caught(Nell);
ending ada_exposed "Ada is found out": exposed(Ada);
ending nell_caught "Nell is caught": caught(Nell);

/**
 * Evidence: things and bodies that show what has happened, things that point to those who have them, and sounds.
 *
 * To be set: what an item `shows`, what a body `betrays`, the question to whose answer an item `points`, where a claim is `audible`,
 * and from where to where one is within `earshot`.
 */
include "std/carrying";
include "std/telling";

property shows(what : item, claim : claim) : boolean;           // whether it is so or not: evidence can mislead
property betrays(body : person, claim : claim) : boolean;
property points(what : item, question : question) : boolean;    // who has it is the answer
property audible(claim : claim, place : place) : boolean;
property earshot(place : place, there : place) : boolean;

trigger see_evidence(seer : character, item : item, claim : claim, place : place) {
	precondition:
		shows(item, claim) & alive(seer) & (at(seer) == place | watches(seer, place)) & at(item) == place &
		believes(seer, !so(claim));
	effect: believes(seer, so(claim));
	telling: "{seer} {seer.see/sees/saw} {item}, and {seer.know/knows/knew} of {claim}.";
};

trigger see_evidence_on(seer : character, item : item, claim : claim, owner : character) {
	precondition:
		shows(item, claim) & !pocketed(item) & seer != owner & alive(seer) & at(seer) == at(owner) & at(seer) != ? &
		holder(item) == owner & believes(seer, !so(claim));
	effect: believes(seer, so(claim));
	telling: "{seer} {seer.see/sees/saw} {item} on {owner}, and {seer.know/knows/knew} of {claim}.";
};

trigger see_body(seer : character, body : person, claim : claim, place : place) {
	precondition:
		betrays(body, claim) & alive(seer) & (at(seer) == place | watches(seer, place)) & at(body) == place &
		!alive(body) & believes(seer, !so(claim));
	effect: believes(seer, so(claim)) & believes(seer, !alive(body));
	telling: "{seer} {seer.see/sees/saw} {body} dead, and {seer.know/knows/knew} of {claim}.";
};

// A conclusion, drawn from what one believes, by those who have no other.
trigger suspect(seer : character, item : item, question : question, owner : character) {
	precondition:
		points(item, question) & candidate(question, owner) & seer != owner & believes(seer, holder(item)) == owner &
		believes(seer, answer(question)) == ?;
	effect: believes(seer, answer(question)) = owner;
	telling: "{seer} {seer.think/thinks/thought} that {seer.they} now {seer.know/knows/knew} {question}: {owner}.";
};

trigger hear(hearer : character, claim : claim, place : place) {
	precondition:
		audible(claim, place) & so(claim) & alive(hearer) & at(hearer) == place & believes(hearer, !so(claim));
	effect: believes(hearer, so(claim));
	telling: "{hearer} {hearer.hear/hears/heard} it: {claim}.";
};

action make_noise(who : character, place : place) {
	precondition: exists(p : place) earshot(place, p) & at(who) == place & alive(who);
	effect:
		!hidden(who) &
		forall(c : character) (if(exists(p : place) (earshot(place, p) & at(c) == p)) believes(c, at(who)) = place);
	consenting: who;
	observing(c : character): at(c) == place | exists(p : place) (earshot(place, p) & at(c) == p);
	telling: "{who} {who.make/makes/made} a noise that {carries/carried}.";
};

/**
 * Two Jugs, by the Clock
 *
 * As in the other classic: three litres and five, a fountain, and four litres that are wanted. But water takes its time:
 * a jug runs full in a minute for each litre that it holds, and is poured over in two, or out in one. There are two to do it, and
 * each jug is in one pair of hands at a time.
 */
title "Two Jugs, by the Clock";
author "The Chekhov project";
time step 1 "minutes";

type jug;

entity Zoe : character "Zoe" (she);
entity Max : character "Max" (he);
entity Small : jug "the small jug";
entity Big : jug "the big jug";

property litres(jug : jug) : number 0..5;
property size(jug : jug) : number 3..5;
property in_use(jug : jug) : boolean;

size(Small) = 3;
size(Big) = 5;

action fill(who : character, jug : jug) {
	duration: size(jug);
	precondition: !in_use(jug) & litres(jug) < size(jug);
	begin: in_use(jug);
	effect: litres(jug) = size(jug) & !in_use(jug);
	consenting: who;
	telling: "{who} holds {jug} under the fountain.";
};

action empty(who : character, jug : jug) {
	duration: 1;
	precondition: !in_use(jug) & litres(jug) > 0;
	begin: in_use(jug);
	effect: litres(jug) = 0 & !in_use(jug);
	consenting: who;
	telling: "{who} pours {jug} out.";
};

action pour(who : character, from : jug, to : jug) {
	duration: 2;
	precondition: from != to & !in_use(from) & !in_use(to) & litres(from) > 0 & litres(to) < size(to);
	begin: in_use(from) & in_use(to);
	effect:
		!in_use(from) & !in_use(to) &
		if(litres(from) + litres(to) <= size(to)) (litres(to) = litres(from) + litres(to) & litres(from) = 0)
		else (litres(from) = litres(from) - (size(to) - litres(to)) & litres(to) = size(to));
	consenting: who;
	telling: "{who} pours {from} into {to}.";
};

utility(c : character): if(litres(Big) == 4) 1 else 0;

ending measured "Four litres": litres(Big) == 4;

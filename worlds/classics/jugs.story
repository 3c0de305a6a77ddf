/**
 * Two Jugs
 *
 * There are a jug of three litres, one of five, and a fountain. Four litres are wanted. The puzzle is centuries old; the
 * film "Die Hard with a Vengeance" gave it these sizes, and Lamport's lectures on TLA+ made them an example of
 * exploring states.
 */
title "Two Jugs";
author "The Chekhov project";

type jug;

entity Small : jug "the small jug";
entity Big : jug "the big jug";

property litres(jug : jug) : number 0..5;
property size(jug : jug) : number 3..5;

size(Small) = 3;
size(Big) = 5;

action fill(jug : jug) {
	effect: litres(jug) = size(jug);
	telling: "Water runs into {jug} until it is full.";
};

action empty(jug : jug) {
	effect: litres(jug) = 0;
	telling: "{jug} is poured out.";
};

action pour(from : jug, to : jug) {
	precondition: from != to;
	effect:
		if(litres(from) + litres(to) <= size(to)) (litres(to) = litres(from) + litres(to) & litres(from) = 0)
		else (litres(from) = litres(from) - (size(to) - litres(to)) & litres(to) = size(to));
	telling: "{from} is poured into {to}.";
};

ending measured "Four litres": litres(Big) == 4;

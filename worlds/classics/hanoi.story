/**
 * The Towers of Hanoi
 *
 * Seven discs are stacked on one of three pegs, and shall go to another one, one at a time, none ever on a smaller one.
 * Édouard Lucas sold the puzzle in 1883.
 */
title "The Towers of Hanoi";
author "The Chekhov project";

type peg;
type disc;

entity Left : peg "the left peg";
entity Middle : peg "the middle peg";
entity Right : peg "the right peg";
entity Disc1 : disc "the smallest disc";
entity Disc2 : disc "the second disc";
entity Disc3 : disc "the third disc";
entity Disc4 : disc "the fourth disc";
entity Disc5 : disc "the fifth disc";
entity Disc6 : disc "the sixth disc";
entity Disc7 : disc "the largest disc";

property on(disc : disc) : peg;
property size(disc : disc) : number;

forall(d : disc) on(d) = Left;
size(Disc1) = 1;
size(Disc2) = 2;
size(Disc3) = 3;
size(Disc4) = 4;
size(Disc5) = 5;
size(Disc6) = 6;
size(Disc7) = 7;

action move(disc : disc, from : peg, to : peg) {
	precondition:
		from != to & on(disc) == from & forall(d : disc) (size(d) >= size(disc) | (on(d) != from & on(d) != to));
	effect: on(disc) = to;
	telling: "To {to}: {disc}.";
};

ending moved "The tower stands on the right": forall(d : disc) on(d) == Right;

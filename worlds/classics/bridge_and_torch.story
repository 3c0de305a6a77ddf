/**
 * The Bridge and the Torch
 *
 * Four people come to a bridge at night. It bears two at a time, they have one torch, and nobody crosses without it.
 * Two who cross together go at the pace of the slower one. The torch burns for seventeen minutes. (With this torch and
 * these paces of 1, 2, 5 and 10 minutes the puzzle is widely told; see Rote, "Crossing the bridge at night",
 * Bulletin of the EATCS 78, 2002, for the general one.)
 *
 * Time is a bounded number, which only ever falls.
 */
title "The Bridge and the Torch";
author "The Chekhov project";

type side;
type walker;

entity Here : side "this side";
entity There : side "the other side";
entity Ada : walker "Ada" (she);
entity Ben : walker "Ben" (he);
entity Cora : walker "Cora" (she);
entity Dan : walker "Dan" (he);

property at(walker : walker) : side;
property torch() : side;
property pace(walker : walker) : number 1..10;
property light() : number 0..17;

forall(w : walker) at(w) = Here;
torch() = Here;
light() = 17;
pace(Ada) = 1;
pace(Ben) = 2;
pace(Cora) = 5;
pace(Dan) = 10;

// Alone, if both are the same.
action cross(slower : walker, faster : walker, from : side, to : side) {
	precondition:
		from != to & torch() == from & at(slower) == from & at(faster) == from & pace(slower) >= pace(faster) &
		light() >= pace(slower);
	effect: at(slower) = to & at(faster) = to & torch() = to & light() = light() - pace(slower);
	telling: "{if slower == faster}{slower} crosses{else}{slower} and {faster} cross{end} to {to}, with {light()}
		minutes of light.";
};

ending across "All four are across": forall(w : walker) at(w) == There;

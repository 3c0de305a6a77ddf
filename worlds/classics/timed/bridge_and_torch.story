title "The Bridge and the Torch, by the Clock";
author "The Chekhov project";
time step 1 "minutes";

type side;

entity Here : side "this side";
entity There : side "the other side";
entity Ada : character "Ada" (she);
entity Ben : character "Ben" (he);
entity Cora : character "Cora" (she);
entity Dan : character "Dan" (he);

property at(walker : character) : side;
property torch() : side;
property pace(walker : character) : number 1..10;

forall(w : character) at(w) = Here;
torch() = Here;
pace(Ada) = 1;
pace(Ben) = 2;
pace(Cora) = 5;
pace(Dan) = 10;

action cross(slower : character, faster : character, from : side, to : side) {
	duration: pace(slower);
	precondition: from != to & torch() == from & at(slower) == from & at(faster) == from & pace(slower) >= pace(faster);
	begin: torch() = ?;
	effect: at(slower) = to & at(faster) = to & torch() = to;
	consenting: slower, faster;
	telling: "{if slower == faster}{slower} crosses{else}{slower} and {faster} cross{end} to {to}.";
};

utility(Ada): sum(w : character) (if(at(w) == There) 1 else 0);
utility(Ben): sum(w : character) (if(at(w) == There) 1 else 0);
utility(Cora): sum(w : character) (if(at(w) == There) 1 else 0);
utility(Dan): sum(w : character) (if(at(w) == There) 1 else 0);

ending across "All four are across": forall(w : character) at(w) == There;

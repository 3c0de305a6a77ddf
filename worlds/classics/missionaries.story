/**
 * Missionaries and Cannibals
 *
 * Three of each have to cross a river in a boat for two. Wherever there are missionaries, they must not be outnumbered.
 * The puzzle was made famous among programs by Amarel ("On representations of problems of reasoning about actions",
 * Machine Intelligence 3, 1968).
 *
 * The six are counted, not named: who of them is where does not matter, only how many.
 */
title "Missionaries and Cannibals";
author "The Chekhov project";

type bank;
type load;

entity Near : bank "the near bank";
entity Far : bank "the far bank";
entity Missionary : load "a missionary";
entity Cannibal : load "a cannibal";
entity Two_Missionaries : load "two missionaries";
entity Two_Cannibals : load "two cannibals";
entity One_Of_Each : load "one of each";

property boat() : bank;
property missionaries(bank : bank) : number 0..3;
property cannibals(bank : bank) : number 0..3;
property missionaries(load : load) : number 0..2;
property cannibals(load : load) : number 0..2;

boat() = Near;
missionaries(Near) = 3;
cannibals(Near) = 3;
missionaries(Missionary) = 1;
cannibals(Cannibal) = 1;
missionaries(Two_Missionaries) = 2;
cannibals(Two_Cannibals) = 2;
missionaries(One_Of_Each) = 1;
cannibals(One_Of_Each) = 1;

action row(load : load, from : bank, to : bank) {
	precondition:
		from != to & boat() == from & missionaries(from) >= missionaries(load) & cannibals(from) >= cannibals(load) &
		(
			missionaries(from) == missionaries(load) |
			missionaries(from) - missionaries(load) >= cannibals(from) - cannibals(load)
		) &
		(
			missionaries(to) + missionaries(load) == 0 |
			missionaries(to) + missionaries(load) >= cannibals(to) + cannibals(load)
		);
	effect:
		boat() = to & missionaries(from) = missionaries(from) - missionaries(load) &
		cannibals(from) = cannibals(from) - cannibals(load) & missionaries(to) = missionaries(to) + missionaries(load) &
		cannibals(to) = cannibals(to) + cannibals(load);
	telling: "To {to}: {load}.";
};

ending across "All six are across": missionaries(Far) == 3 & cannibals(Far) == 3;

/**
 * The Letter
 *
 * Iris loves Paul, who does not know it and means to take the evening train. She trusts her letter to Vera, who would
 * rather that it did not arrive. What Iris does next hangs on what she believes that Paul believes.
 */
title "The Letter";

type place;
type letter;

entity Iris : character "Iris" (she);
entity Paul : character "Paul" (he);
entity Vera : character "Vera" (she);
entity House : place "the house on the hill";
entity Station : place "the station";
entity Letter : letter "the letter" (it);
playable Iris, Paul, Vera;

property at(who : character) : place;
property holder(Letter) : character;            // ? it is no more
property loves(Iris, Paul) : boolean;
property jealous(Vera) : boolean;
property together(Iris, Paul) : boolean;
property gone(Paul) : boolean;                  // with the train
property evening() : boolean;
property disgraced(Vera) : boolean;

at(Iris) = House;
at(Paul) = Station;
at(Vera) = House;
holder(Letter) = Iris;
loves(Iris, Paul);
jealous(Vera);
believes(Paul, !loves(Iris, Paul));
believes(Iris, believes(Paul, !loves(Iris, Paul)));
believes(Vera, believes(Paul, !loves(Iris, Paul)));
believes(Iris, believes(Vera, believes(Paul, !loves(Iris, Paul))));
believes(Vera, believes(Iris, believes(Paul, !loves(Iris, Paul))));
believes(Iris, !jealous(Vera));
believes(Paul, !jealous(Vera));
believes(Vera, believes(Iris, !jealous(Vera)));
believes(Vera, believes(Paul, !jealous(Vera)));

action entrust(Iris, Letter, Vera) {
	precondition: holder(Letter) == Iris & at(Iris) == at(Vera);
	effect: holder(Letter) = Vera;
	consenting: Iris, Vera;
	observing(c : character): at(c) == at(Iris);
	telling: "{Iris} {Iris.press/presses/pressed} the letter into {Vera}'s hand, and {Vera}
		{Vera.promise/promises/promised} to run.";
};

action go(walker : character, to : place) {
	precondition: at(walker) != to & !gone(Paul) & !together(Iris, Paul);
	effect: at(walker) = to;
	consenting: walker;
	telling: "{walker} {walker.go/goes/went} to {to}.";
};

action deliver(Vera, Letter, Paul) {
	precondition: holder(Letter) == Vera & at(Vera) == at(Paul) & loves(Iris, Paul);
	effect: holder(Letter) = Paul & loves(Iris, Paul);
	consenting: Vera;
	observing(c : character): at(c) == at(Paul);
	telling: "{Vera} {Vera.hand/hands/handed} the letter to {Paul}, and {Paul.they} {Paul.read/reads/read} it under the
		lamp, twice.";
};

action burn(Vera, Letter) {
	precondition: holder(Letter) == Vera;
	effect: holder(Letter) = ?;
	consenting: Vera;
	observing(c : character): c == Vera;
	telling: "The letter {burns/burned} with a small blue flame.";
};

// Nobody but Vera knows that it is a lie, so it is no act that Iris could see through: it only changes what she believes.
action lie(Vera, Iris) {
	precondition: holder(Letter) == ? & at(Vera) == at(Iris) & at(Paul) != at(Iris);
	effect:
		believes(Iris, holder(Letter)) = Paul & believes(Iris, believes(Paul, holder(Letter))) = Paul &
		believes(Iris, believes(Paul, loves(Iris, Paul)));
	consenting: Vera;
	observing(c : character): c == Vera;
	telling: "\"He read it,\" {Vera.say/says/said} {Vera}, \"and he kissed it.\"";
};

// Iris would never say it aloud, unless she is angry enough.
action speak(Iris, Paul) {
	precondition: at(Iris) == at(Paul) & loves(Iris, Paul) & jealous(Vera) & !gone(Paul);
	effect: loves(Iris, Paul);
	consenting: Iris;
	observing(c : character): at(c) == at(Iris);
	telling: "And so {Iris} {Iris.say/says/said} aloud, among the trunks and the steam, what {Iris.they} had only dared
		to write.";
};

action elope(Iris, Paul) {
	precondition: at(Iris) == at(Paul) & loves(Iris, Paul) & !gone(Paul) & !together(Iris, Paul);
	effect: together(Iris, Paul);
	consenting: Iris, Paul;
	telling: "{Iris} and {Paul} {board/boarded} the train together.";
};

action nightfall() {
	precondition: !evening();
	effect: evening();
	telling: "The lamps {are/were} lit along the platform. It {is/was} time for the evening train.";
};

action depart(Paul) {
	precondition: evening() & at(Paul) == Station & !gone(Paul) & !together(Iris, Paul);
	effect: gone(Paul);
	consenting: Paul;
	telling: "{Paul} {Paul.look/looks/looked} back once, and the train {takes/took} {Paul.them} away.";
};

action accuse(Iris, Vera) {
	precondition: at(Iris) == at(Vera) & jealous(Vera) & !disgraced(Vera);
	effect: disgraced(Vera);
	consenting: Iris;
	telling: "\"You burnt it,\" {Iris.say/says/said} {Iris}, and {Vera} {Vera.has} no answer.";
};

trigger like_a_stranger(place : place) {
	precondition:
		at(Iris) == place & at(Paul) == place & !gone(Paul) & believes(Paul, !loves(Iris, Paul)) &
		believes(Iris, believes(Paul, loves(Iris, Paul)));
	effect:
		believes(Iris, believes(Paul, !loves(Iris, Paul))) & believes(Iris, jealous(Vera)) &
		believes(Iris, holder(Letter)) = ?;
	telling: "{Paul} {Paul.lift/lifts/lifted} {Paul.their} hat to {Iris} as to a stranger. {Paul.they} {Paul.has} had
		no letter, then; and it {is/was} clear who {saw/had seen} to that.";
};

utility(): if(together(Iris, Paul)) 1 else 0;

utility(Iris): (if(together(Iris, Paul)) 3 else 0) + (if(disgraced(Vera)) 1 else 0);

utility(Paul): (if(together(Iris, Paul)) 2 else 0) + (if(gone(Paul)) 1 else 0);

// A jealous Vera wants the letter out of the world and no questions asked; the friend Iris takes her for wants her happy.
utility(Vera):
	if(jealous(Vera))
		(
			(if(holder(Letter) == ?) 1 else 0) +
			(
				(if(believes(Iris, believes(Paul, loves(Iris, Paul)))) 1 else 0) -
				(if(believes(Paul, loves(Iris, Paul)) | together(Iris, Paul) | disgraced(Vera)) 3 else 0)
			)
		)
	else (if(together(Iris, Paul)) 1 else 0);

ending together "Together after all": together(Iris, Paul);
ending paul_leaves "Paul leaves": gone(Paul);
ending vera_unmasked "Vera is unmasked": disgraced(Vera);

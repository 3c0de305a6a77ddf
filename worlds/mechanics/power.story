/**
 * The Lighthouse
 *
 * The storm has torn the line, and the lamp is out. From the harbour the keeper sees it, and from the sea the captain; and there is
 * Rook, who lives by what the sea washes up.
 */
include "std/movement";
include "std/power";

title "The Lighthouse";

entity Keeper : character "the keeper" (he);
entity Captain : character "the captain" (she);
entity Rook : character "Rook" (he);
entity Village : place "the village";
entity Cellar : place "the cellar of the lighthouse";
entity Sea : place "the sea";
entity Harbour : place "the harbour";
entity Line : circuit "the line";
entity Lamp : machine "the lamp";
playable Keeper, Rook;

way(Village, Cellar) & way(Cellar, Village);
way(Village, Harbour) & way(Harbour, Village);
at(Keeper) = Harbour;
at(Rook) = Harbour;
at(Captain) = Sea;
circuit(Lamp) = Line;
wrecked(Line);
switch(Line) = Cellar;
can_repair(Keeper, Line);
felt(Line, Sea) & felt(Line, Harbour);

action sail_in(Captain, Lamp) {
	precondition: at(Captain) == Sea & live(circuit(Lamp));
	effect: at(Captain) = Harbour;
	consenting: Captain;
	observing(c : character): at(c) == Sea | at(c) == Harbour;
	telling: "The captain {steers/steered} for the light, and {comes/came} in.";
};

utility(Captain): if(at(Captain) == Harbour) 1 else 0;

utility(Keeper): (if(live(Line)) 1 else 0) + (if(at(Captain) == Harbour) 1 else 0);

utility(Rook): if(!live(Line) & at(Captain) == Sea) 1 else 0;

ending in_port "The ship is in": at(Captain) == Harbour;
ending dark_again "The lamp is out again": wrecked(Line) & at(Rook) == Cellar;
ending light "The lamp is lit": live(Line);

/**
 * The Quarry
 *
 * From the rim one slides down a slope of loose stones, and nobody has ever climbed it. Ida takes her little brother
 * down to see the fossils; wherever the watchman is, he sees the bottom on a screen.
 */
include "std/movement";

title "The Quarry";

entity Ida : character "Ida" (she);
entity Otto : character "Otto" (he);
entity Watchman : character "the watchman" (he);
entity Rim : place "the rim";
entity Bottom : place "the bottom of the quarry";
entity Road : place "the road";
entity Hut : place "the hut";
playable Ida, Watchman;

way(Rim, Bottom);
way(Bottom, Road) & way(Road, Bottom);
way(Road, Hut) & way(Hut, Road);
way(Road, Rim) & way(Rim, Road);

at(Ida) = Rim;
at(Otto) = Rim;
at(Watchman) = Hut;
leader(Otto) = Ida;
watches(Watchman, Bottom);
believes(Ida, !watches(Watchman, Bottom));
believes(Otto, !watches(Watchman, Bottom));

property saw_fossils(Ida) : boolean;

trigger see_fossils(Ida) {
	precondition: at(Ida) == Bottom & !saw_fossils(Ida);
	effect: saw_fossils(Ida);
	telling: "Shells, as large as plates, in the broken wall.";
};

utility(): 0;

utility(Ida): (if(saw_fossils(Ida)) 2 else 0) + (if(at(Ida) == Rim) 1 else 0);

utility(Otto): if(at(Otto) == Hut) 1 else 0;

utility(Watchman): if(at(Ida) == Bottom & at(Watchman) == Bottom) 1 else 0;

ending fossils "Ida has seen the fossils": saw_fossils(Ida);
ending home "Ida has seen them and is back": saw_fossils(Ida) & at(Ida) == Rim;
ending caught "The watchman meets them": at(Watchman) == Bottom & at(Ida) == Bottom;
ending runaway "Otto goes his own way": at(Otto) != at(Ida);

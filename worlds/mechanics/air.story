/**
 * The Lower Gallery
 *
 * There is gas in the mine. Pit has hurt his leg in the lower gallery, ten minutes from the shaft; he wears a tank, and everybody takes
 * it for full. Jule goes down for him, with a spare one. The canary is already dead; the rats do not mind.
 */
include "std/air";
include "std/journeys";

title "The Lower Gallery";
time step 10 "minutes";
reasons within 8 acts, 2 minds;

entity Jule : character "Jule" (she);
entity Pit : character "Pit" (he);
entity Rat : character "the rat" (it);
entity Shaft : place "the shaft";
entity Gallery : place "the lower gallery";
entity Spare : tank "the spare tank";
playable Jule, Pit;

stale(Gallery);
hardy(Rat);
minutes(Shaft, Gallery) = 10;
minutes(Gallery, Shaft) = 10;
reserve() = 10;
at(Jule) = Shaft;
at(Pit) = Gallery;
at(Rat) = Gallery;
leader(Pit) = Jule;
air(Jule) = 60;
air(Pit) = 20;
believes(Jule, air(Pit)) = 60;
believes(Pit, air(Pit)) = 60;
holder(Spare) = Jule;
filled(Spare) = 60;
utility(Jule): (if(alive(Pit) & at(Pit) == Shaft) 2 else 0) + (if(alive(Pit) & air(Pit) > 10) 1 else 0);

utility(Pit): (if(alive(Pit)) 1 else 0) + (if(alive(Pit) & air(Pit) > 10) 1 else 0);

utility(Rat): 0;

ending out "Pit is out": alive(Pit) & at(Pit) == Shaft;
ending lost "Pit is dead": !alive(Pit);
ending changed "Pit has got the spare tank": air(Pit) == 60 & filled(Spare) == 0;

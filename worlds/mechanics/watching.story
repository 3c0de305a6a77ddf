/**
 * The Gallery
 *
 * The box of the camera hangs in the corridor, its screen is in the lodge, and there sits a guard of whom Nell knows nothing.
 */
include "std/carrying";
include "std/watching";

title "The Gallery";

entity Nell : character "Nell" (she);
entity Guard : character "the guard" (he);
entity Corridor : place "the corridor";
entity Hall : place "the hall";
entity Lodge : place "the lodge";
entity Eye : camera "the camera";
entity Mains : circuit "the mains";
entity Ring : item "the ring";
playable Nell, Guard;

way(Corridor, Hall) & way(Hall, Corridor);
way(Corridor, Lodge) & way(Lodge, Corridor);
films(Eye) = Hall;
screen(Eye) = Lodge;
switched(Eye) = Corridor;
on(Eye);
circuit(Eye) = Mains;
live(Mains);
hideout(Hall);
pocketed(Ring);
at(Nell) = Corridor;
at(Guard) = Lodge;
at(Ring) = Hall;
believes(Nell, at(Guard)) = ?;

utility(Nell): (if(holder(Ring) == Nell) 2 else 0) + (if(believes(Guard, holder(Ring) == Nell)) -2 else 0);

utility(Guard): if(at(Guard) == at(Nell) & holder(Ring) == Nell & believes(Guard, holder(Ring) == Nell)) 1 else 0;

ending stolen "Nell has the ring": holder(Ring) == Nell;
ending seen "The guard has seen it": believes(Guard, holder(Ring) == Nell);
ending unseen "Nobody has seen it": holder(Ring) == Nell & believes(Guard, holder(Ring) != Nell);
ending confronted "The guard stands before her": believes(Guard, holder(Ring) == Nell) & at(Guard) == at(Nell);

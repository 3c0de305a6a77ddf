/**
 * The Back Door
 *
 * The back door of the theatre has no handle outside and locks when it falls shut. The stage door has a bolt inside and a key
 * that hangs at the porter's belt. Lena stands in the rain.
 */
include "std/doors";

title "The Back Door";

entity Lena : character "Lena" (she);
entity Porter : character "the porter" (he);
entity Yard : place "the yard";
entity Street : place "the street";
entity Stage : place "the stage";
entity Back_Door : door "the back door";
entity Stage_Door : door "the stage door";
entity Key : item "the key";
playable Lena;

way(Yard, Street) & way(Street, Yard);
way(Yard, Stage) & way(Stage, Yard);
way(Street, Stage) & way(Stage, Street);
front(Back_Door) = Yard;
back(Back_Door) = Stage;
no_handle(Back_Door, Yard);
latches(Back_Door);
locked(Back_Door);
can_unlock(Porter, Back_Door);
front(Stage_Door) = Street;
back(Stage_Door) = Stage;
bolt(Stage_Door) = Stage;
key(Stage_Door) = Key;
locked(Stage_Door);
holder(Key) = Porter;
at(Lena) = Yard;
at(Porter) = Stage;
believes(Lena, !locked(Stage_Door));

utility(Lena): if(at(Lena) == Stage) 1 else 0;

utility(Porter): if(at(Porter) == Street & locked(Stage_Door) & locked(Back_Door)) 1 else 0;

ending dry "Lena is inside": at(Lena) == Stage;
ending out "The porter is out, and every door is locked": at(Porter) == Street & locked(Stage_Door) & locked(Back_Door);

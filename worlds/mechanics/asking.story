/**
 * The Weir
 *
 * The river rises, and the weir keeper will not open the gates: they would drown his meadow. Hanna knows of the flood; Bruno has
 * a gun. The keeper owes something to the old miller, who owes nothing to anybody.
 */
include "std/asking";
include "std/movement";

title "The Weir";

entity Hanna : character "Hanna" (she);
entity Bruno : character "Bruno" (he);
entity Keeper : character "the keeper" (he);
entity Miller : character "the miller" (she);
entity Weir : place "the weir";
entity Mill : place "the mill";
entity Gun : weapon "the gun";
entity Flood : claim "the flood";
entity Open_Gates : request "to open the gates";
entity Hand_Over_Keys : request "to hand over the keys";
playable Hanna, Keeper;

way(Weir, Mill) & way(Mill, Weir);
at(Hanna) = Weir;
at(Bruno) = Mill;
at(Keeper) = Weir;
at(Miller) = Mill;
holder(Gun) = Bruno;
so(Flood);
forall(c : character) (if(c != Keeper) believes(c, believes(Keeper, !so(Flood))));
believes(Keeper, !so(Flood));
asked_of(Open_Gates) = Keeper;
reluctance(Open_Gates) = 3;
argument(Open_Gates) = Flood;
weight(Open_Gates) = 4;
fear(Open_Gates) = 5;
loyal(Keeper, Miller) = 3;
worth(Open_Gates, Hanna) = 2;
worth(Open_Gates, Bruno) = 2;
worth(Open_Gates, Miller) = 1;
asked_of(Hand_Over_Keys) = Keeper;
reluctance(Hand_Over_Keys) = 9;
forcible(Hand_Over_Keys);
worth(Hand_Over_Keys, Bruno) = 1;
worth(Hand_Over_Keys, Miller) = 1;

ending opened "The gates are open": granted(Open_Gates);
ending refused "The keeper has refused": refused(Open_Gates);
ending persuaded "The gates are open, for the flood":
	granted(Open_Gates) & believes(Keeper, so(Flood)) & asked_by(Open_Gates) == Hanna;
ending at_gunpoint "The gates are open, at gunpoint": granted(Open_Gates) & menaced(Open_Gates);
ending keys "The keys are in other hands": granted(Hand_Over_Keys);

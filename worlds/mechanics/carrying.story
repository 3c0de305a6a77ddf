/**
 * The Ring
 *
 * The ring lies on the mantelpiece, as everybody thinks. It is so small that who has it in a pocket cannot be told from who has
 * not; the umbrella is not.
 */
include "std/carrying";
include "std/movement";

title "The Ring";
belief depth 1;                                                 // who thinks what of others' thoughts never matters here

entity Nora : character "Nora" (she);
entity Emil : character "Emil" (he);
entity Aunt : character "the aunt" (she);
entity Parlour : place "the parlour";
entity Garden : place "the garden";
entity Ring : item "the ring";
entity Umbrella : item "the umbrella";
playable Nora, Emil;

way(Parlour, Garden) & way(Garden, Parlour);
pocketed(Ring);
at(Nora) = Parlour;
at(Emil) = Garden;
at(Aunt) = Garden;
at(Ring) = Parlour;
holder(Umbrella) = Emil;
believes(Nora, holder(Umbrella)) = Aunt;

utility(Nora): (if(holder(Ring) == Emil) 2 else 0) + (if(holder(Umbrella) == Nora) 1 else 0);

utility(Emil): (if(holder(Ring) == Emil) 3 else 0) + (if(holder(Umbrella) == Emil) 1 else 0);

utility(Aunt): if(holder(Ring) == Aunt) 1 else 0;

ending token "Emil has the ring": holder(Ring) == Emil;
ending unseen "Emil has the ring, and his aunt does not know":
	holder(Ring) == Emil & believes(Aunt, holder(Ring) != Emil);
ending dry "Nora has the umbrella": holder(Umbrella) == Nora;
ending lost "The aunt has the ring": holder(Ring) == Aunt;

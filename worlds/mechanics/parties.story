/**
 * The Fork
 *
 * Three set out from the inn, and only Anna knows the way. She wants to go to the mill; Bert would rather cross the ford, and
 * Cato goes wherever Bert goes. Dora, who waits at the ford, does not trust Anna.
 */
include "std/movement";
include "std/parties";

title "The Fork";

entity Anna : character "Anna" (she);
entity Bert : character "Bert" (he);
entity Cato : character "Cato" (he);
entity Dora : character "Dora" (she);
entity Inn : place "the inn";
entity Mill : place "the mill";
entity Ford : place "the ford";
playable Anna, Bert;

way(Inn, Mill) & way(Mill, Inn);
way(Inn, Ford) & way(Ford, Inn);
way(Mill, Ford) & way(Ford, Mill);
forall(c : character) at(c) = Inn;
at(Dora) = Ford;
leader(Bert) = Anna;
leader(Cato) = Anna;
distrusts(Dora, Anna);
believes(Bert, at(Dora)) = ?;

utility(Anna): if(at(Anna) == Mill) 1 else 0;

utility(Bert): if(at(Bert) == Ford) (if(leader(Dora) == Bert) 2 else 1) else 0;

utility(Cato): if(at(Cato) == Ford & at(Bert) == Ford) 1 else 0;

utility(Dora): if(leader(Dora) != ?) 1 else 0;

ending together "All three are at the mill": at(Anna) == Mill & at(Bert) == Mill & at(Cato) == Mill;
ending split "One at the mill, two at the ford": at(Anna) == Mill & at(Bert) == Ford & at(Cato) == Ford;
ending new_friend "Dora goes with Bert": leader(Dora) == Bert;
ending all_four "Anna leads Dora": leader(Dora) == Anna;

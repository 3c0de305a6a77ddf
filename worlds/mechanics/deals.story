/**
 * Two Bridges
 *
 * Duke and Countess could open their bridges to each other, and both would gain. The King would pay the Countess for keeping hers
 * closed to the Duke, and she is not known to put her word above her purse; but does the Duke know?
 */
include "std/deals";
include "std/movement";

title "Two Bridges";

entity Duke : character "the Duke" (he);
entity Countess : character "the Countess" (she);
entity King : character "the King" (he);
entity Court : place "the court";
entity Duke_Opens : request "to open the Duke's bridge";
entity Countess_Opens : request "to open the Countess's bridge";
entity Countess_Closes : request "to close the Countess's bridge for ever";
entity King_Pays : request "to pay a hundred crowns";
entity Opening : deal "the treaty of the bridges";
entity Bribe : deal "the King's bargain";
playable Duke, Countess;

forall(c : character) at(c) = Court;
gives(Opening) = Duke_Opens;
returns(Opening) = Countess_Opens;
gives(Bribe) = King_Pays;
returns(Bribe) = Countess_Closes;
against(Countess_Closes, Opening);
asked_of(Duke_Opens) = Duke;
asked_of(Countess_Opens) = Countess;
asked_of(Countess_Closes) = Countess;
asked_of(King_Pays) = King;
reluctance(Duke_Opens) = 2;
reluctance(Countess_Opens) = 2;
reluctance(Countess_Closes) = 1;
reluctance(King_Pays) = 2;
worth(Duke_Opens, Countess) = 5;
worth(Countess_Opens, Duke) = 5;
worth(King_Pays, Countess) = 9;
worth(Countess_Closes, King) = 9;
honour(Duke) = 4;
honour(King) = 4;
honour(Countess) = 3;

ending both_open "Both bridges are open": granted(Duke_Opens) & granted(Countess_Opens);
ending treason "The Countess has broken the treaty": breaker(Opening) == Countess & distrusts(Duke, Countess);
ending cheated "The Duke has opened his, and she hers never": granted(Duke_Opens) & granted(Countess_Closes);

/**
 * The Border
 *
 * A patrol holds the bridge and lets no smuggler leave it. Part of the patrol can be sent to the hut, where the smugglers are.
 */
include "std/groups";
include "std/movement";

title "The Border";

entity Patrol : group "the patrol" (they);
entity Half : group "the second squad" (they);
entity Vito : character "Vito" (he);
entity Zora : character "Zora" (she);
entity Hut : place "the hut";
entity Bridge : place "the bridge";
entity Town : place "the town";
playable Vito, Zora;

way(Hut, Bridge) & way(Bridge, Hut);
way(Bridge, Town) & way(Town, Bridge);
at(Patrol) = Bridge;
at(Half) = Bridge;
leader(Half) = Patrol;
at(Vito) = Hut;
at(Zora) = Hut;
forall(g : group) (stops(g, Vito) & stops(g, Zora));
forall(g : group) (distrusts(g, Vito) & distrusts(g, Zora));
believes(Vito, at(Patrol)) = ?;
believes(Vito, at(Half)) = ?;

utility(Patrol): if(at(Patrol) == Bridge) 1 else 0;

utility(Half): (if(captor(Vito) == Half) 1 else 0) + (if(captor(Zora) == Half) 1 else 0);

utility(Vito): if(at(Vito) == Town) 1 else 0;

utility(Zora): if(at(Zora) == Town & captor(Zora) == ?) 1 else 0;

ending across "Vito is in the town": at(Vito) == Town & captor(Vito) == ?;
ending raid "The second squad has them both": captor(Vito) == Half & captor(Zora) == Half;
ending trapped "Vito stands on the bridge, and sees": at(Vito) == Bridge & believes(Vito, at(Patrol) == Bridge);

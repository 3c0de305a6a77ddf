/**
 * The Ferry
 *
 * There is a hole in the boat, and it is Sven's fault. Ada will hear of it from Kim, who knows. Lis cannot bear quarrels; Ada trusts
 * no strangers, and Olm is one. And Ada loves her brother, who has cut his hand on the rope.
 */
include "std/bonds";
include "std/wounds";

title "The Ferry";
belief depth 2;

entity Ada : character "Ada" (she);
entity Sven : character "Sven" (he);
entity Kim : character "Kim" (she);
entity Lis : character "Lis" (she);
entity Olm : character "Olm" (he);
entity Brother : character "her brother" (he);
entity Landing : place "the landing";
entity Hole : claim "the hole in the boat";
playable Ada, Lis;

forall(c : character) at(c) = Landing;
so(Hole);
fault(Hole) = Sven;
harms(Hole, Ada);
forall(c : character) (
		if(c != Kim & c != Sven)
			(believes(c, !so(Hole)) & believes(Kim, believes(c, !so(Hole))) & believes(Sven, believes(c, !so(Hole))))
	);
sure(Kim, Hole) & sure(Sven, Hole);
may_lie(Sven);
remembered(Hole);
distrusts(Ada, Olm);
peaceable(Lis);
hurt(Brother);
loves(Ada, Brother) = 6;
can_heal(Ada);

utility(Kim): (if(believes(Ada, so(Hole))) 1 else 0) + (if(!distrusts(Ada, Olm)) 1 else 0);

utility(Sven): if(believes(Ada, so(Hole))) -2 elseif(denied(Sven, Hole)) 1 else 0;

ending vented "Ada has said what she thinks": vented(Ada, Hole);
ending peace "Ada has said it, and nobody quarrels": vented(Ada, Hole) & !quarrel(Ada, Sven);
ending accepted "Olm is welcome": !distrusts(Ada, Olm);
ending liar "Sven is found out": distrusts(Ada, Sven);
ending healed "Her brother's hand is bandaged": !hurt(Brother);

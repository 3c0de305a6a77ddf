/**
 * The Duel
 *
 * Two gentlemen with sabres, one doctor, and a pistol that nobody was to bring.
 */
include "std/movement";
include "std/wounds";

title "The Duel";
belief depth 2;

entity Anton : character "Anton" (he);
entity Boris : character "Boris" (he);
entity Doctor : character "the doctor" (she);
entity Meadow : place "the meadow";
entity Carriage : place "the carriage";
entity Sabre : weapon "his sabre";
entity Other_Sabre : weapon "his sabre";
entity Pistol : weapon "the pistol";
playable Anton, Boris;

way(Meadow, Carriage) & way(Carriage, Meadow);
at(Anton) = Meadow;
at(Boris) = Meadow;
at(Doctor) = Carriage;
holder(Sabre) = Anton;
holder(Other_Sabre) = Boris;
holder(Pistol) = Boris;
believes(Anton, holder(Pistol)) = ?;
deadly(Pistol);
can_heal(Doctor);

property bled(Boris) : boolean;

trigger bleed(Boris) {
	precondition: hurt(Boris) & !bled(Boris);
	effect: bled(Boris);
};

// Anton wants to draw blood, and no more. Boris wants to be the one who walks away.
utility(Anton): if(!alive(Boris)) 0 elseif(hurt(Boris)) 2 else 1;

utility(Boris): (if(alive(Boris) & !hurt(Boris)) 1 else 0) + (if(!alive(Anton)) 1 else 0);

utility(Doctor): sum(c : character) (if(alive(c) & !hurt(c)) 1 else 0);

ending blood "First blood": hurt(Boris);
ending healed "Blood is drawn, and dressed": bled(Boris) & !hurt(Boris);
ending murder "Anton is dead": !alive(Anton);
ending butchered "Boris is dead": !alive(Boris);

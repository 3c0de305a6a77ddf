/**
 * The Tower
 *
 * Gorm has a sword and a captive, Ida, whom he means to leave in the tower while he drinks in the village. Her brother Jory has
 * neither, and waits for his moment.
 */
include "std/captivity";
include "std/movement";

title "The Tower";

entity Gorm : character "Gorm" (he);
entity Ida : character "Ida" (she);
entity Jory : character "Jory" (he);
entity Tower : place "the tower";
entity Stairs : place "the stairs";
entity Village : place "the village";
entity Sword : weapon "the sword";
playable Jory, Ida;

way(Tower, Stairs) & way(Stairs, Tower);
way(Stairs, Village) & way(Village, Stairs);
at(Gorm) = Tower;
at(Ida) = Tower;
at(Jory) = Village;
holder(Sword) = Gorm;
captor(Ida) = Gorm;
leader(Ida) = Gorm;

utility(Gorm):
	if(captor(Ida) == Gorm & at(Ida) == Tower)
		(2 + (if(at(Gorm) == Village) 1 else 0) + (if(at(Jory) == Tower & captor(Jory) == ?) -1 else 0))
	else 0;

utility(Ida): if(captor(Ida) == ? & at(Ida) == Village) 1 else 0;

utility(Jory): if(captor(Ida) == ?) 1 else 0;

ending jailed "Ida lies bound in the tower": at(Ida) == Tower & leader(Ida) == ? & captor(Ida) == Gorm;
ending saved "Ida is home": at(Ida) == Village & captor(Ida) == ?;
ending both "Gorm has them both": captor(Ida) == Gorm & captor(Jory) == Gorm;
ending revenge "Gorm is held himself": captor(Gorm) != ?;

/**
 * Wounds: people are wounded by weapons, die of a second wound, and are healed by those who can.
 *
 * To be set: `holder` of each weapon; `deadly` for those that kill at once; `can_heal`.
 */
include "std/base";

property deadly(weapon : weapon) : boolean;
property can_heal(who : character) : boolean;

action attack(attacker : character, weapon : weapon, victim : person) {
	precondition:
		attacker != victim & holder(weapon) == attacker & at(attacker) == at(victim) & at(attacker) != ? &
		alive(attacker) & alive(victim) & captor(attacker) == ? & !hidden(victim);
	effect: if(deadly(weapon) | hurt(victim)) !alive(victim) else hurt(victim);
	consenting: attacker;
	observing(c : character): at(c) == at(attacker) | watches(c, at(attacker));
	telling: "{attacker} {if deadly(weapon) |
		hurt(victim)}{attacker.kill/kills/killed}{else}{attacker.wound/wounds/wounded}{end} {victim} with {weapon}.";
};

action heal(healer : character, patient : person, place : place) {
	precondition:
		can_heal(healer) & hurt(patient) & at(healer) == place & at(patient) == place & alive(healer) & alive(patient) &
		captor(healer) == ?;
	effect: !hurt(patient);
	consenting: healer;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{healer} {healer.dress/dresses/dressed} {if healer == patient}{healer.their} own wound{else}the wound of
		{patient}{end}.";
};

trigger see_wound(seer : character, who : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(who) == place & !hidden(who) &
		believes(seer, hurt(who)) != hurt(who);
	effect: believes(seer, hurt(who)) = hurt(who);
};

/**
 * Carrying: things are taken and put down, given, and taken from those who cannot help it.
 *
 * To be set: `at` or `holder` of each item; `pocketed` for those that are so small that nobody sees who has them.
 */
include "std/base";

property pocketed(what : item) : boolean;

action take(taker : character, item : item, place : place) {
	precondition: at(item) == place & at(taker) == place & alive(taker) & captor(taker) == ?;
	effect: holder(item) = taker & at(item) = ?;
	consenting: taker;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{taker} {taker.take/takes/took} {item}.";
};

action put_down(holder : character, item : item, place : place) {
	precondition: holder(item) == holder & at(holder) == place & alive(holder) & captor(holder) == ?;
	effect: holder(item) = ? & at(item) = place;
	consenting: holder;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{holder} {holder.put/puts/put} {item} down.";
};

action give(giver : character, item : item, taker : character) {
	precondition:
		giver != taker & holder(item) == giver & at(giver) == at(taker) & alive(giver) & alive(taker) &
		captor(giver) == ? & captor(taker) == ?;
	effect: holder(item) = taker;
	consenting: giver, taker;
	observing(c : character): at(c) == at(giver) | watches(c, at(giver));
	telling: "{giver} {giver.give/gives/gave} {item} to {taker}.";
};

// From the dead, and from captives.
action take_from(taker : character, item : item, owner : character) {
	precondition:
		taker != owner & holder(item) == owner & at(taker) == at(owner) & alive(taker) & captor(taker) == ? &
		(!alive(owner) | captor(owner) != ?);
	effect: holder(item) = taker;
	consenting: taker;
	observing(c : character): at(c) == at(taker) | watches(c, at(taker));
	telling: "{taker} {taker.take/takes/took} {item} from {owner}.";
};

// In a mind somebody may be believed to have what lies here, too; then that is what one sees.
trigger see_item(seer : character, item : item, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(item) == place & holder(item) == ? &
		believes(seer, at(item)) != place;
	effect: believes(seer, at(item)) = place & believes(seer, holder(item)) = ?;
};

trigger miss_item(seer : character, item : item, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(item) != place &
		believes(seer, at(item)) == place;
	effect: believes(seer, at(item)) = ?;
};

// What somebody carries openly is seen by those who are with them; what they believe to be in a pocket may be there.
trigger see_carried(seer : character, item : item, owner : character) {
	precondition:
		!pocketed(item) & alive(seer) & at(seer) == at(owner) & at(seer) != ? & holder(item) == owner &
		believes(seer, holder(item)) != owner;
	effect: believes(seer, holder(item)) = owner & believes(seer, at(item)) = ?;
};

trigger miss_carried(seer : character, item : item, owner : character) {
	precondition:
		(!pocketed(item) | seer == owner) & alive(seer) & at(seer) == at(owner) & at(seer) != ? &
		holder(item) != owner & believes(seer, holder(item)) == owner;
	effect: believes(seer, holder(item)) = ?;
};

/**
 * Doors: opened and closed, locked and unlocked, from either side or from one alone.
 *
 * To be set: `front` and `back` of each door (see std/movement); whether it is `open` or `locked`; `no_handle` for a side from
 * which it does not open; and what undoes its lock: a `key`, a `bolt` on one side, or somebody who `can_unlock` it.
 */
include "std/movement";

property locked(door : door) : boolean;
property latches(door : door) : boolean;                        // it locks when it falls shut
property no_handle(door : door, side : place) : boolean;
property bolt(door : door) : place;                             // on this side the lock needs no key
property key(door : door) : item;
property can_unlock(who : character, door : door) : boolean;    // and lock, by a code or a hairpin

action open_door(opener : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & !no_handle(door, side) & at(opener) == side & alive(opener) &
		captor(opener) == ? & !open(door) & !locked(door);
	effect: open(door);
	consenting: opener;
	observing(c : character):
		at(c) == front(door) | at(c) == back(door) | watches(c, front(door)) | watches(c, back(door));
	telling: "{opener} {opener.open/opens/opened} {door}.";
};

action close_door(closer : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & at(closer) == side & alive(closer) & captor(closer) == ? &
		open(door);
	effect: !open(door) & if(latches(door)) locked(door);
	consenting: closer;
	observing(c : character):
		at(c) == front(door) | at(c) == back(door) | watches(c, front(door)) | watches(c, back(door));
	telling: "{closer} {closer.close/closes/closed} {door}{if latches(door)}, and the lock {snaps/snapped} shut{end}.";
};

action unlock_door(opener : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & at(opener) == side & alive(opener) & captor(opener) == ? &
		!open(door) & locked(door) & (bolt(door) == side | can_unlock(opener, door) | holder(key(door)) == opener);
	effect: !locked(door);
	consenting: opener;
	observing(c : character):
		at(c) == front(door) | at(c) == back(door) | watches(c, front(door)) | watches(c, back(door));
	telling: "{opener} {opener.unlock/unlocks/unlocked} {door}.";
};

action lock_door(closer : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & at(closer) == side & alive(closer) & captor(closer) == ? &
		!open(door) & !locked(door) & (bolt(door) == side | can_unlock(closer, door) | holder(key(door)) == closer);
	effect: locked(door);
	consenting: closer;
	observing(c : character):
		at(c) == front(door) | at(c) == back(door) | watches(c, front(door)) | watches(c, back(door));
	telling: "{closer} {closer.lock/locks/locked} {door}.";
};

// Whoever stands at a door sees whether it is open, and tries the handle.
trigger see_door(seer : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & alive(seer) & (at(seer) == side | watches(seer, side)) &
		believes(seer, open(door)) != open(door);
	effect: believes(seer, open(door)) = open(door);
};

trigger try_door(seer : character, door : door, side : place) {
	precondition:
		(front(door) == side | back(door) == side) & alive(seer) & at(seer) == side &
		believes(seer, locked(door)) != locked(door);
	effect: believes(seer, locked(door)) = locked(door);
	telling: "{seer} {seer.find/finds/found} {door} {if locked(door)}locked{else}unlocked{end}.";
};

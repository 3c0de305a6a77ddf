/**
 * What the mechanics share: where people and things are, who is alive, and what keeps somebody from acting as they like.
 * The other files include it.
 */

type place;
type item;                                                      // what can lie somewhere, and be carried
type weapon : item;

property at(who : character) : place;
property at(what : item) : place;                               // ? somebody has it
property holder(what : item) : character;                       // who has it
property alive(who : character) : boolean;
property hurt(who : character) : boolean;
property hidden(who : character) : boolean;                     // is not noticed by those who come
property leader(who : character) : character;                   // whom they go with; ? they go where they like
property captor(who : character) : character;                   // ? they are free
property overpowers(one : character, other : character) : boolean;  // even without a weapon
property stops(guard : character, who : character) : boolean;   // does not let them leave the place where both are
property distrusts(one : character, other : character) : boolean;
property watches(who : character, place : place) : boolean;     // sees what happens there without being there

forall(c : character) alive(c);

trigger find_dead(seer : character, dead : character, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(dead) == place & !alive(dead) &
		believes(seer, alive(dead));
	effect: believes(seer, !alive(dead));
	telling: "{seer} {seer.see/sees/saw} that {dead} {dead.is} dead.";
};

// Nobody follows the dead, nor captives.
trigger lose_leader(member : character, head : character) {
	precondition: leader(member) == head & (!alive(head) | captor(head) != ?);
	effect: leader(member) = ? & believes(member, leader(member)) = ?;
};

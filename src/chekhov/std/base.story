/**
 * What the mechanics share: where people and things are, who is alive, and what keeps somebody from acting as they like.
 * The other files include it.
 */

type person;                                                    // somebody, perhaps without a mind of their own: a crowd, a body
type character : person;
type place;
type item;                                                      // what can lie somewhere, and be carried
type weapon : item;

property at(who : person) : place;
property at(what : item) : place;                               // ? somebody has it
property holder(what : item) : character;                       // who has it
property alive(who : person) : boolean;
property hurt(who : person) : boolean;
property hidden(who : person) : boolean;                        // is not noticed by those who come
property leader(who : person) : character;                      // whom they go with; ? they go where they like
property captor(who : person) : character;                      // ? they are free
property overpowers(one : character, other : person) : boolean; // even without a weapon
property stops(guard : character, who : person) : boolean;      // does not let them leave the place where both are
property distrusts(one : person, other : person) : boolean;
property watches(who : character, place : place) : boolean;     // sees what happens there without being there

forall(p : person) alive(p);

trigger find_dead(seer : character, dead : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(dead) == place & !alive(dead) &
		believes(seer, alive(dead));
	effect: believes(seer, !alive(dead));
	telling: "{seer} {seer.see/sees/saw} that {dead} {dead.is} dead.";
};

// Nobody follows the dead, nor captives.
trigger lose_leader(member : person, head : character) {
	precondition: leader(member) == head & (!alive(head) | captor(head) != ?);
	effect: leader(member) = ? & forall(c : character) (if(c == member) believes(c, leader(c)) = ?);
};

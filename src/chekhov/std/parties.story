/**
 * Parties: people join a leader, go where the leader goes, and leave again.
 *
 * To be set: `leader` of those who begin in a party; to whom people `belong`, if they are to fall in with them wherever they meet
 * rather than join and part as they like.
 */
include "std/base";

property belongs(who : character) : character;                  // falls in with them; with themselves: leads, or goes alone

// Those who follow somebody come along when that one joins another, unless one of the two does not trust the other.
action join(member : character, head : character, place : place) {
	precondition:
		member != head & at(member) == place & at(head) == place & alive(member) & alive(head) & captor(member) == ? &
		captor(head) == ? & leader(head) == ? & leader(member) != head & !distrusts(member, head) &
		!distrusts(head, member) & belongs(member) == ?;
	effect:
		leader(member) = head &
		forall(p : person) (
			if(captor(p) == member & leader(p) != ?) leader(p) = head
			elseif(leader(p) == member)
				(if(distrusts(p, head) | distrusts(head, p)) leader(p) = ? else leader(p) = head)
		);
	consenting: member;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{member} {member.join/joins/joined} {head}.";
};

action part(member : character, head : character, place : place) {
	precondition:
		leader(member) == head & at(member) == place & alive(member) & captor(member) == ? & belongs(member) == ?;
	effect: leader(member) = ? & forall(p : person) (if(captor(p) == member & leader(p) == head) leader(p) = member);
	consenting: member;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{member} {member.part/parts/parted} from {head}.";
};

// Those who belong together do not agree on it each time.
trigger fall_in(member : character, head : character, place : place) {
	precondition:
		belongs(member) == head & member != head & at(member) == place & at(head) == place & alive(member) &
		alive(head) & captor(member) == ? & captor(head) == ? & leader(head) == ? & leader(member) != head;
	effect:
		leader(member) = head & believes(member, leader(member)) = head &
		forall(p : person) (if(captor(p) == member & leader(p) == member) leader(p) = head);
};

// Nobody follows the dead, nor captives: so whom somebody is seen to follow is neither.
trigger see_followed(seer : character, member : person, head : character, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(member) == place & !hidden(member) &
		leader(member) == head & believes(seer, !alive(head) | captor(head) != ?);
	effect: believes(seer, alive(head)) & believes(seer, captor(head)) = ?;
};

trigger see_party(seer : character, member : person, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(member) == place & !hidden(member) &
		believes(seer, leader(member)) != leader(member);
	effect:
		believes(seer, leader(member)) = leader(member) &
		forall(c : character) (if(c == member) believes(seer, belongs(c)) = belongs(c));
};

/**
 * Parties: people join a leader, go where the leader goes, and leave again.
 *
 * To be set: `leader` of those who begin in a party.
 */
include "std/base";

// Those who follow somebody come along when that one joins another, unless one of the two does not trust the other.
action join(member : character, head : character, place : place) {
	precondition:
		member != head & at(member) == place & at(head) == place & alive(member) & alive(head) & captor(member) == ? &
		captor(head) == ? & leader(head) == ? & leader(member) != head & !distrusts(member, head) &
		!distrusts(head, member);
	effect:
		leader(member) = head &
		forall(c : character) (
			if(captor(c) == member & leader(c) != ?) leader(c) = head
			elseif(leader(c) == member)
				(if(distrusts(c, head) | distrusts(head, c)) leader(c) = ? else leader(c) = head)
		);
	consenting: member;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{member} {member.join/joins/joined} {head}.";
};

action part(member : character, head : character, place : place) {
	precondition: leader(member) == head & at(member) == place & alive(member) & captor(member) == ?;
	effect: leader(member) = ? & forall(c : character) (if(captor(c) == member & leader(c) == head) leader(c) = member);
	consenting: member;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{member} {member.part/parts/parted} from {head}.";
};

trigger see_party(seer : character, member : character, place : place) {
	precondition:
		alive(seer) & (at(seer) == place | watches(seer, place)) & at(member) == place & !hidden(member) &
		believes(seer, leader(member)) != leader(member);
	effect: believes(seer, leader(member)) = leader(member);
};

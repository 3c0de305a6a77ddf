/**
 * Bonds: love, blame and quarrels, trust and its loss, and what they make people want.
 *
 * To be set: whom somebody `loves`, and how much; whom a claim `harms`, and whose `fault` it is; who is `peaceable`; who `distrusts`
 * whom; and which claims are `remembered`, so that lies about them are found out.
 */
include "std/telling";

property loves(one : character, other : person) : number 0..99;  // what it is worth to one that the other lives
property harms(claim : claim, who : character) : boolean;
property fault(claim : claim) : character;
property peaceable(who : character) : boolean;
property angry(who : character, claim : claim) : boolean;       // with whoever's fault they believe it to be
property vented(who : character, claim : claim) : boolean;      // has been angry about it, and is no more
property quarrel(one : character, other : character) : boolean;

action reproach(one : character, other : character, claim : claim, place : place) {
	precondition:
		harms(claim, one) & one != other & angry(one, claim) & believes(one, fault(claim)) == other & at(one) == place &
		at(other) == place & alive(one) & alive(other);
	effect: !angry(one, claim) & vented(one, claim) & quarrel(one, other);
	consenting: one;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{one} {one.lay/lays/laid} {claim} at the door of {other}, and not quietly.";
};

action apologize(other : character, one : character, claim : claim, place : place) {
	precondition:
		harms(claim, one) & one != other & fault(claim) == other & (angry(one, claim) | quarrel(one, other)) &
		at(one) == place & at(other) == place & alive(one) & alive(other) & so(claim);
	effect: !angry(one, claim) & vented(one, claim) & !quarrel(one, other);
	consenting: other;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{other} {other.ask/asks/asked} {one} to forgive {other.them} {claim}, and {one} {one.do/does/did}.";
};

action make_peace(peacemaker : character, one : character, other : character, place : place) {
	precondition:
		peacemaker != one & peacemaker != other & quarrel(one, other) & at(peacemaker) == place & at(one) == place &
		at(other) == place & alive(peacemaker) & !distrusts(one, peacemaker) & !distrusts(other, peacemaker);
	effect: !quarrel(one, other);
	consenting: peacemaker;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{peacemaker} {peacemaker.step/steps/stepped} between {one} and {other}, until both {fall/fell} silent.";
};

// To all who are there, and trust the one who vouches.
action vouch(voucher : character, stranger : character, place : place) {
	precondition:
		voucher != stranger & at(voucher) == place & at(stranger) == place & alive(voucher) &
		!distrusts(voucher, stranger) &
		exists(c : character) (c != voucher & at(c) == place & distrusts(c, stranger) & !distrusts(c, voucher));
	effect: forall(c : character) (if(c != voucher & at(c) == place & !distrusts(c, voucher)) !distrusts(c, stranger));
	consenting: voucher;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{voucher} {voucher.vouch/vouches/vouched} for {stranger}.";
};

trigger take_offence(one : character, claim : claim) {
	precondition:
		harms(claim, one) & alive(one) & !angry(one, claim) & !vented(one, claim) &
		believes(one, so(claim) & fault(claim) != ? & fault(claim) != one);
	effect: angry(one, claim);
	telling: "{one} {one.know/knows/knew} whom to blame for {claim}.";
};

trigger find_out(hearer : character, liar : character, claim : claim) {
	precondition:
		remembered(claim) & hearer != liar & !distrusts(hearer, liar) &
		believes(hearer, (said(liar, claim) & !so(claim)) | (denied(liar, claim) & so(claim)));
	effect: distrusts(hearer, liar);
	telling: "So {liar} {said/had said} what was not so, {hearer} {hearer.think/thinks/thought}.";
};

// Those whom one loves should live, be free, be well, and be here.
utility(c : character):
	sum(other : person) (
		if(loves(c, other) > 0)
			(
				if(!alive(other)) 0
				else
					(
						(if(captor(other) == ?) loves(c, other) else (loves(c, other) / 2)) +
						(if(!hurt(other)) 1 else 0) + (if(c != other & at(c) == at(other)) 1 else 0)
					)
			)
		else 0
	);

utility(c : character): sum(claim : claim) (if(angry(c, claim)) -1 else 0);

utility(c : character):
	if(peaceable(c))
		(sum(one : character) sum(other : character) (if(quarrel(one, other) & at(one) == at(c)) -1 else 0))
	else 0;

/**
 * Deals: two agree that each does something, keep it, or break it.
 *
 * To be set: what each deal `gives` and `returns`, both of them requests of std/asking; each one's `honour`, and what is `against`
 * a deal.
 */
include "std/asking";

type deal;

property gives(deal : deal) : request;
property returns(deal : deal) : request;
property honour(who : character) : number 0..99;                // what it is worth to them to keep a deal
property against(request : request, deal : deal) : boolean;     // who grants it breaks the deal
property agreed(deal : deal) : boolean;
property breaker(deal : deal) : character;

action strike(one : character, other : character, deal : deal, place : place) {
	precondition:
		asked_of(gives(deal)) == one & asked_of(returns(deal)) == other & at(one) == place & at(other) == place &
		alive(one) & alive(other) & !agreed(deal) & !distrusts(one, other) & !distrusts(other, one) &
		forall(r : request) (!against(r, deal) | !granted(r));
	effect: agreed(deal);
	consenting: one, other;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{one} and {other} {agree/agreed} on {deal}.";
};

action keep(keeper : character, deal : deal, part : request) {
	precondition:
		asked_of(part) == keeper & (gives(deal) == part | returns(deal) == part) & agreed(deal) & breaker(deal) == ? &
		!granted(part) & alive(keeper) & captor(keeper) == ?;
	effect: granted(part);
	consenting: keeper;
	observing(c : character):
		at(c) == at(keeper) | watches(c, at(keeper)) | c == asked_of(gives(deal)) | c == asked_of(returns(deal));
	telling: "{keeper} {keeper.keep/keeps/kept} {deal}.";
};

trigger break_deal(deal : deal, part : request) {
	precondition: against(part, deal) & granted(part) & agreed(deal) & breaker(deal) == ?;
	effect: breaker(deal) = asked_of(part);
	telling: "With that {deal} {is/was} broken.";
};

trigger resent(one : character, other : character, deal : deal) {
	precondition:
		one != other & (asked_of(gives(deal)) == one | asked_of(returns(deal)) == one) &
		believes(one, breaker(deal)) == other & !distrusts(one, other);
	effect: distrusts(one, other);
	telling: "{one} {will/would} not forget that {other} {broke/had broken} {deal}.";
};

utility(c : character):
	sum(d : deal) (
		if(!agreed(d)) 0
		elseif(breaker(d) == c) (0 - honour(c))
		elseif(
			breaker(d) == ? &
			((asked_of(gives(d)) == c & !granted(gives(d))) | (asked_of(returns(d)) == c & !granted(returns(d))))
		)
			(0 - honour(c))
		else 0
	);

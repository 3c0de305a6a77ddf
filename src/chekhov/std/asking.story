/**
 * Asking: people are asked for something, and grant or refuse it; they are persuaded, threatened, or forced.
 *
 * To be set: of whom each request is `asked_of`, how great their `reluctance` is, and what outweighs it: an `argument` and its
 * `weight` once they believe it, their being `loyal` to the one who asks, their `fear` of threats; who can be `forced`; and what
 * the thing is `worth` to others. What happens when a request is `granted` is for the world to say.
 */
include "std/telling";

type request;

property asked_of(request : request) : character;
property reluctance(request : request) : number 0..99;
property argument(request : request) : claim;
property weight(request : request) : number 0..99;
property fear(request : request) : number 0..99;
property forcible(request : request) : boolean;
property loyal(who : character, whom : character) : number 0..99;
property worth(request : request, who : character) : number -99..99;
property asked_by(request : request) : character;
property menaced(request : request) : boolean;
property granted(request : request) : boolean;
property refused(request : request) : boolean;

action ask(asker : character, asked : character, request : request, place : place) {
	precondition:
		asked_of(request) == asked & asker != asked & at(asker) == place & at(asked) == place & alive(asker) &
		alive(asked) & !granted(request) & (asked_by(request) == ? | refused(request));
	effect: asked_by(request) = asker & !refused(request);
	consenting: asker;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{asker} {asker.ask/asks/asked} {asked} {request}.";
};

action grant(asked : character, request : request, place : place) {
	precondition:
		asked_of(request) == asked & at(asked) == place & alive(asked) & asked_by(request) != ? &
		at(asked_by(request)) == place & !granted(request) & !refused(request);
	effect: granted(request);
	consenting: asked;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{asked} {asked.agree/agrees/agreed} {request}.";
};

action refuse(asked : character, request : request, place : place) {
	precondition:
		asked_of(request) == asked & at(asked) == place & alive(asked) & asked_by(request) != ? &
		at(asked_by(request)) == place & !granted(request) & !refused(request);
	effect: refused(request);
	consenting: asked;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{asked} {asked.refuse/refuses/refused} {request}.";
};

// By those who could make good on it: who overpower the one who is asked, or have a weapon, and the other has none.
action threaten(menacer : character, asked : character, request : request, place : place) {
	precondition:
		asked_of(request) == asked & menacer != asked & at(menacer) == place & at(asked) == place & alive(menacer) &
		alive(asked) & captor(menacer) == ? & asked_by(request) != ? & !granted(request) & !menaced(request) &
		(overpowers(menacer, asked) | (exists(w : weapon) holder(w) == menacer & forall(w : weapon) holder(w) != asked));
	effect: menaced(request) & !refused(request);
	consenting: menacer;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{menacer} {menacer.threaten/threatens/threatened} {asked}: {asked.they} had better agree {request}.";
};

action force(forcer : character, asked : character, request : request, place : place) {
	precondition:
		asked_of(request) == asked & forcible(request) & forcer != asked & at(forcer) == place & at(asked) == place &
		alive(forcer) & alive(asked) & captor(forcer) == ? & !granted(request) &
		(overpowers(forcer, asked) | (exists(w : weapon) holder(w) == forcer & forall(w : weapon) holder(w) != asked));
	effect: granted(request);
	consenting: forcer;
	observing(c : character): at(c) == place | watches(c, place);
	telling: "{forcer} {forcer.force/forces/forced} {asked} {request}.";
};

// Who is asked wants to answer: to grant it, if as much speaks for it as against it, and otherwise to refuse it.
utility(c : character):
	sum(r : request) (
		if(asked_of(r) != c) 0
		elseif(granted(r))
			(
				(if(so(argument(r))) weight(r) else 0) + (if(asked_by(r) != ?) loyal(c, asked_by(r)) else 0) +
				((if(menaced(r)) fear(r) else 0) - reluctance(r))
			)
		elseif(!refused(r)) (if(asked_by(r) != ?) -1 else 0)
		elseif(
			(if(so(argument(r))) weight(r) else 0) + (if(asked_by(r) != ?) loyal(c, asked_by(r)) else 0) +
			(if(menaced(r)) fear(r) else 0) >= reluctance(r)
		)
			-1
		else 0
	);

utility(c : character): sum(r : request) (if(granted(r)) worth(r, c) else 0);

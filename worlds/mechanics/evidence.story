/**
 * The Vicarage
 *
 * The vicar lies in the library, as he has lain since supper. Miss Price finds him; the bell in the hall can be heard in the whole
 * house, and whoever has the candlestick has some explaining to do.
 */
include "std/evidence";
include "std/movement";

title "The Vicarage";

entity Price : character "Miss Price" (she);
entity Hale : character "Dr Hale" (he);
entity Curate : character "the curate" (he);
entity Vicar : character "the vicar" (he);
entity Library : place "the library";
entity Hall : place "the hall";
entity Garden : place "the garden";
entity Candlestick : item "the candlestick";
entity Glove : item "a glove";
entity Murder : claim "a murder";
entity Alarm : claim "the bell";
entity Culprit : question "who did it";
playable Price, Hale;

way(Library, Hall) & way(Hall, Library);
way(Hall, Garden) & way(Garden, Hall);
at(Price) = Hall;
at(Hale) = Garden;
at(Curate) = Garden;
at(Vicar) = Library;
!alive(Vicar);
so(Murder);
betrays(Vicar, Murder);
audible(Alarm, Hall) & audible(Alarm, Garden);
earshot(Library, Hall);
points(Candlestick, Culprit);
candidate(Culprit, Curate) & candidate(Culprit, Hale);
holder(Candlestick) = Hale;
answer(Culprit) = Curate;
at(Glove) = Library;
shows(Glove, Murder);
forall(c : character) (
		if(c != Curate)
			(
				believes(c, alive(Vicar)) & believes(c, !so(Murder)) & believes(c, answer(Culprit)) = ? &
				believes(c, at(Glove)) = ?
			)
	);
believes(Price, holder(Candlestick)) = ?;
may_lie(Curate);

action ring(ringer : character, Hall) {
	precondition: at(ringer) == Hall & alive(ringer) & so(Murder) & !so(Alarm);
	effect: so(Alarm);
	consenting: ringer;
	observing(c : character): at(c) == Hall;
	telling: "{ringer} {ringer.pull/pulls/pulled} the rope of the bell, and {ringer.does} not let go.";
};

utility(Price): (if(so(Alarm)) 2 else 0) + (if(at(Price) == Library) 1 else 0);

utility(Hale): if(believes(Hale, so(Alarm)) & at(Hale) == Hall) 1 else 0;

utility(Curate): if(believes(Price, answer(Culprit)) == Hale) 1 else 0;

utility(Vicar): 0;

ending found "Miss Price knows": believes(Price, so(Murder));
ending alarm "The bell rings": so(Alarm);
ending framed "Miss Price takes the doctor for it": believes(Price, answer(Culprit)) == Hale;

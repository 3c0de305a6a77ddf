/**
 * Telling: what people say to each other, be it true or not, and what others overhear.
 *
 * To be set: `so` for each claim that is the case, and the `answer` to each question with all its candidates; what some do not know,
 * as usual, with `believes`; who `may_lie`, `distrusts` somebody, or is `sure` of something.
 */
include "std/base";

type claim;                                                     // something that is so, or not
type question;                                                  // something to which there is an answer, known or not

property so(claim : claim) : boolean;
property answer(question : question) : entity;
property candidate(question : question, answer : entity) : boolean;
property sought(who : person) : boolean;                     // worth telling where they are
property may_lie(who : character) : boolean;                    // and everybody knows that they might
property sure(who : character, claim : claim) : boolean;        // cannot be talked out of what they believe of it
property sure(who : character, question : question) : boolean;
property remembered(claim : claim) : boolean;                   // it is noted who has said or denied it
property said(who : character, claim : claim) : boolean;
property denied(who : character, claim : claim) : boolean;
property overhears(who : character, place : place) : boolean;   // hears what is said there without being there

action say(speaker : character, claim : claim, place : place) {
	precondition: at(speaker) == place & alive(speaker) & (may_lie(speaker) | believes(speaker, so(claim)));
	effect:
		(if(remembered(claim)) said(speaker, claim)) &
		forall(c : character) (
			if(c != speaker & (at(c) == place | overhears(c, place)) & !distrusts(c, speaker) & !sure(c, claim))
				(believes(c, so(claim)) & believes(c, believes(speaker, so(claim))))
		);
	consenting: speaker;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{speaker} {speaker.tell/tells/told} of {claim}{if believes(speaker, !so(claim))}, which {speaker.they}
		{speaker.know/knows/knew} not to be so{end}.";
};

action deny(speaker : character, claim : claim, place : place) {
	precondition: at(speaker) == place & alive(speaker) & (may_lie(speaker) | believes(speaker, !so(claim)));
	effect:
		(if(remembered(claim)) denied(speaker, claim)) &
		forall(c : character) (
			if(c != speaker & (at(c) == place | overhears(c, place)) & !distrusts(c, speaker) & !sure(c, claim))
				(believes(c, !so(claim)) & believes(c, believes(speaker, !so(claim))))
		);
	consenting: speaker;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{speaker} {speaker.deny/denies/denied} {claim}{if believes(speaker, so(claim))}, and
		{speaker.know/knows/knew} better{end}.";
};

// Nobody else notices.
action whisper(speaker : character, claim : claim, hearer : character) {
	precondition:
		speaker != hearer & at(speaker) == at(hearer) & at(speaker) != ? & alive(speaker) & alive(hearer) &
		(may_lie(speaker) | believes(speaker, so(claim)));
	effect:
		if(!distrusts(hearer, speaker) & !sure(hearer, claim))
			(believes(hearer, so(claim)) & believes(hearer, believes(speaker, so(claim))));
	consenting: speaker;
	observing(c : character): c == speaker | c == hearer;
	telling: "{speaker} {speaker.whisper/whispers/whispered} to {hearer} of {claim}{if believes(speaker, !so(claim))},
		which {speaker.they} {speaker.know/knows/knew} not to be so{end}.";
};

action tell_answer(speaker : character, question : question, thing : entity, place : place) {
	precondition:
		candidate(question, thing) & at(speaker) == place & alive(speaker) &
		(may_lie(speaker) | believes(speaker, answer(question)) == thing);
	effect:
		forall(c : character) (
			if(c != speaker & (at(c) == place | overhears(c, place)) & !distrusts(c, speaker) & !sure(c, question))
				(believes(c, answer(question)) = thing & believes(c, believes(speaker, answer(question))) = thing)
		);
	consenting: speaker;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{speaker} {if believes(speaker, answer(question)) ==
		thing}{speaker.say/says/said}{else}{speaker.lie/lies/lied} about{end} {question}: {thing}.";
};

action tell_where(speaker : character, who : person, there : place, place : place) {
	precondition:
		sought(who) & speaker != who & there != place & at(speaker) == place & alive(speaker) &
		(may_lie(speaker) | believes(speaker, at(who)) == there);
	effect:
		forall(c : character) (
			if(c != speaker & c != who & (at(c) == place | overhears(c, place)) & !distrusts(c, speaker))
				(believes(c, at(who)) = there & believes(c, believes(speaker, at(who))) = there)
		);
	consenting: speaker;
	observing(c : character): at(c) == place | overhears(c, place);
	telling: "{who} {who.is} to be found in {there}, {speaker.say/says/said} {speaker}{if believes(speaker, at(who)) !=
		there}, who {does/did} not believe it{end}.";
};

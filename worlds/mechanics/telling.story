/**
 * The Will
 *
 * There is a second will, and only the notary knows. The nephew would rather that nobody believed in it; the maid listens at the
 * door, as she always does.
 */
include "std/movement";
include "std/telling";

title "The Will";

entity Notary : character "the notary" (she);
entity Nephew : character "the nephew" (he);
entity Niece : character "the niece" (she);
entity Maid : character "the maid" (she);
entity Study : place "the study";
entity Kitchen : place "the kitchen";
entity Attic : place "the attic";
entity Second_Will : claim "the second will";
entity Heir : question "who inherits the house";
playable Nephew, Maid;

way(Study, Kitchen) & way(Kitchen, Study);
way(Kitchen, Attic) & way(Attic, Kitchen);
at(Notary) = Study;
at(Nephew) = Study;
at(Niece) = Kitchen;
at(Maid) = Kitchen;
overhears(Maid, Study);
believes(Notary, !overhears(Maid, Study));
believes(Nephew, !overhears(Maid, Study));
sure(Notary, Second_Will) & sure(Notary, Heir);
may_lie(Nephew);
so(Second_Will);
candidate(Heir, Nephew) & candidate(Heir, Niece);
answer(Heir) = Niece;
forall(c : character) (if(c != Notary) (believes(c, !so(Second_Will)) & believes(c, answer(Heir)) = ?));
forall(c : character) (
		if(c != Notary) (believes(Notary, believes(c, !so(Second_Will))) & believes(Notary, believes(c, answer(Heir))) = ?)
	);

utility(Notary): if(believes(Nephew, so(Second_Will))) 1 else 0;

utility(Nephew): if(believes(Niece, answer(Heir)) == Nephew) 2 else 0;

utility(Niece): if(believes(Nephew, answer(Heir)) == Niece) 1 else 0;

utility(Maid): if(believes(Niece, so(Second_Will))) 1 else 0;

ending read "The nephew knows of the second will": believes(Nephew, so(Second_Will));
ending gossip "The niece knows of it from the maid": believes(Niece, so(Second_Will));
ending deceived "The niece takes him for the heir": believes(Niece, answer(Heir)) == Nephew;
ending undeceived "The niece knows that she is the heir": believes(Niece, answer(Heir)) == Niece;

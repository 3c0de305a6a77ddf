/**
 * What the mechanics share: where people and things are, who is alive, and what keeps somebody from acting as they like.
 * The other files include it.
 */

type place;
type item;                                                      // what can lie somewhere, and be carried

property at(who : character) : place;
property at(what : item) : place;                               // ? somebody has it
property holder(what : item) : character;                       // who has it
property alive(who : character) : boolean;
property hidden(who : character) : boolean;                     // is not noticed by those who come
property leader(who : character) : character;                   // whom they go with; ? they go where they like
property captor(who : character) : character;                   // ? they are free
property distrusts(one : character, other : character) : boolean;
property watches(who : character, place : place) : boolean;     // sees what happens there without being there

forall(c : character) alive(c);

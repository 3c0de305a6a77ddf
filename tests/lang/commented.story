// First.
/* Second,
   in two lines. */
title "A";     // behind the title

type place;
type item; // third
entity Tom : character; /* fourth */
entity Home : place;

// alone

/* sixth */
property at(who : character, in : place) : boolean; // fifth

action go(who : character, in : place) { // seventh
	/* twelfth */
	// thirteenth
	precondition: !at(who, in) | at(Tom, Home); /* fourteenth */
	// eighth
	// tenth
	// eleventh
	effect: at(who, in) & !at(Tom, Home); // ninth
	// fifteenth
	consenting: who; // sixteenth
// seventeenth
};

utility(Tom): at(Tom, Home); // eighteenth
// nineteenth

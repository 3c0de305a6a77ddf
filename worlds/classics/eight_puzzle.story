/**
 * The Eight Puzzle
 *
 * Eight tiles slide in a frame of nine squares. From the arrangement at the beginning, with the empty square in a corner,
 * half of all 9! arrangements can be reached; Reinefeld ("Complete solution of the Eight-Puzzle and the benefit of node
 * ordering in IDA*", IJCAI 1993) enumerated them.
 */
title "The Eight Puzzle";
author "The Chekhov project";

type square;
type tile;

entity TopLeft : square "the top left";
entity Top : square "the top";
entity TopRight : square "the top right";
entity Left : square "the left";
entity Centre : square "the centre";
entity Right : square "the right";
entity BottomLeft : square "the bottom left";
entity Bottom : square "the bottom";
entity BottomRight : square "the bottom right";
entity Tile1 : tile "the one";
entity Tile2 : tile "the two";
entity Tile3 : tile "the three";
entity Tile4 : tile "the four";
entity Tile5 : tile "the five";
entity Tile6 : tile "the six";
entity Tile7 : tile "the seven";
entity Tile8 : tile "the eight";

property at(tile : tile) : square;
property empty() : square;
property beside(one : square, other : square) : boolean;

beside(TopLeft, Top) & beside(Top, TopLeft);
beside(TopLeft, Left) & beside(Left, TopLeft);
beside(Top, TopRight) & beside(TopRight, Top);
beside(Top, Centre) & beside(Centre, Top);
beside(TopRight, Right) & beside(Right, TopRight);
beside(Left, Centre) & beside(Centre, Left);
beside(Left, BottomLeft) & beside(BottomLeft, Left);
beside(Centre, Right) & beside(Right, Centre);
beside(Centre, Bottom) & beside(Bottom, Centre);
beside(Right, BottomRight) & beside(BottomRight, Right);
beside(BottomLeft, Bottom) & beside(Bottom, BottomLeft);
beside(Bottom, BottomRight) & beside(BottomRight, Bottom);

at(Tile1) = Top;
at(Tile2) = TopRight;
at(Tile3) = Left;
at(Tile4) = Centre;
at(Tile5) = Right;
at(Tile6) = BottomLeft;
at(Tile7) = Bottom;
at(Tile8) = BottomRight;
empty() = TopLeft;

action slide(tile : tile, from : square, to : square) {
	precondition: beside(from, to) & at(tile) == from & empty() == to;
	effect: at(tile) = to & empty() = from;
	telling: "To {to}: {tile}.";
};

// These two are farther from the beginning than all others.
ending far_top "As far as can be, with the top empty":
	at(Tile8) == TopLeft & at(Tile6) == TopRight & at(Tile5) == Left & at(Tile4) == Centre & at(Tile7) == Right &
	at(Tile2) == BottomLeft & at(Tile3) == Bottom & at(Tile1) == BottomRight;
ending far_left "As far as can be, with the left empty":
	at(Tile8) == TopLeft & at(Tile7) == Top & at(Tile6) == TopRight & at(Tile4) == Centre & at(Tile1) == Right &
	at(Tile2) == BottomLeft & at(Tile5) == Bottom & at(Tile3) == BottomRight;

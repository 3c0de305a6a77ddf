"""Checking: every moment that the stories of a world can reach, and what its author needs to know of them."""

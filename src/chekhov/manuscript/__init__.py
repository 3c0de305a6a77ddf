"""Manuscripts: written prose, held to its world."""

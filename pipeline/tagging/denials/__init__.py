"""Negation and its reach: what a text denies, undoes, supposes or rehearses, for every language of the tone words."""

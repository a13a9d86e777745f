"""Readers of others made faster: the same texts as theirs, with each name of a class examined once."""

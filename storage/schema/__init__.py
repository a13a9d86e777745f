"""The tables and the comment of every column."""

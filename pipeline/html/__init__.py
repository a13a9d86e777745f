"""Bytes → HTML tree, its blocks of text, its boilerplate, the data embedded in it."""

"""Archives of the press read back: one pass over them for one or several provinces."""

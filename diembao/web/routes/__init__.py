"""The rooms of the desk: one module or folder each."""

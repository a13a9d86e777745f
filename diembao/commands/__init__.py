"""The commands, grouped by what they are for; each opens what its job needs and prints what it returns."""

"""Numbers, units and counted things in text of any language."""

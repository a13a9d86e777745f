"""The register at the desk: the list, matters, opening, candidates, what is to be made clear, lists, the calendar."""

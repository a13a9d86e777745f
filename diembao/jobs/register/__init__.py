"""The register as people work with it: who may see and do what, opening, steps, what the machine proposes."""

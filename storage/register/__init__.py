"""The register in the database: matters, their steps and notes, clarifications, contacts with the press, figures."""

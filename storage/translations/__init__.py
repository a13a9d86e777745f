"""Translations of articles' texts: what engines made, what people corrected, and the glossary."""

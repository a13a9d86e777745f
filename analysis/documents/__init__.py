"""Blocks of a document, and how they become DOCX, PDF and e-mail; charts and fonts."""

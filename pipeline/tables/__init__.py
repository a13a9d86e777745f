"""Columns and cells of the exported tables, and facts for counting."""

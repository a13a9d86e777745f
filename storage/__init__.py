"""Everything that is kept. Callers see records, never SQL."""

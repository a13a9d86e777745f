"""Feeds, candidates, fetches and the ledger."""

"""Processes that examine documents in parallel."""

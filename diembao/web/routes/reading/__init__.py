"""The reading rooms: articles, stories, search, sources, ledger, reports, alerts, exports."""

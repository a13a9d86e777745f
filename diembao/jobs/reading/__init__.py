"""What the pages of the reading rooms show: articles, stories, searches, sources, the ledger, reports, exports."""

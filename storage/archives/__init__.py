"""Archives read back: receipts of their shards, and their articles on the way among those of the database."""

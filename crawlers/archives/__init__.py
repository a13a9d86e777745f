"""Archives of the press (WARC, WACZ, saved pages, JSON Lines), wherever fsspec reaches them → shards, records."""

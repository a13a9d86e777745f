"""Archives of the press (WARC, WACZ, saved pages, JSON Lines), wherever fsspec reaches → shards and their records."""

"""Which articles tell the same story: fingerprints, similarity, clustering."""

"""Models of sentence embeddings: one that a package brings, or a server of the office."""

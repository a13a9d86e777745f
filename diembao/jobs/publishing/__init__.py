"""From items to what leaves the house: the digest, its publication and dispatch; no printing."""

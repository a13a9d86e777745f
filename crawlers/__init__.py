"""Network → Poll, Fetched, Unfetched: the only package that talks to the network; fetches, does not extract."""

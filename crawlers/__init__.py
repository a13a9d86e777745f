"""Network → Poll, Fetched, FetchFailure: the only package that uses the network; it fetches and does not extract."""

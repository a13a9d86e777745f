"""Network → Poll, Fetched, Unfetched. The only package that talks to the network; finds and fetches, does not extract."""

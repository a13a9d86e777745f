"""From sources to stored pages: collect, fetch, check sources, and what was seen or missed; no printing."""

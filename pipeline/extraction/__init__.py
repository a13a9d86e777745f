"""A page's HTML → the article: its text, its page type, selectors of one source."""

"""The second opinion as it is asked of one text, with what the rules found in it."""

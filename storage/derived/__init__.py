"""Tables computed from the articles: facts for counting and CSV rows. They can be rebuilt."""

"""Text → places, relevance, topics and tone, with evidence."""

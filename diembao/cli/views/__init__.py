"""What commands print: explanations, scores, feeds, and the words for codes and errors."""

"""A second opinion on topics and tone: the vectors of a text, and the weights by which they are judged."""

"""The review room: the queue of a day or of a saved search, its cards, and what is done to them."""

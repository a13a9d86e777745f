"""Foreign articles put into the reader's language: by the engine, by people, and what is known of the engine."""

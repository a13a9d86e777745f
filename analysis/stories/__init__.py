"""Items → stories and events, and their order: what is read first, and what asks for attention."""

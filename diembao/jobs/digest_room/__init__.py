"""The digest room: what people make of a day's digest at the desk, check, and let out; no printing."""

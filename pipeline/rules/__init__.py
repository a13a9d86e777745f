"""The records of places.toml and topics.toml, and the linear models."""

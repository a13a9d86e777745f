"""The connection to SQLite or PostgreSQL, its errors, its migrations."""

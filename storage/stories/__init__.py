"""Stories and events in the database, and people's rulings on them."""

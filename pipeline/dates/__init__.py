"""Written dates and times → aware datetimes."""

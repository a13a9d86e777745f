"""What the machine has for the service, and what it lacks."""

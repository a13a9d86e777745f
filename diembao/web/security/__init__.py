"""What every request passes before a room of the desk sees it, and what every answer carries."""

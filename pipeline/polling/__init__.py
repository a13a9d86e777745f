"""When a feed is asked again, and with which query."""

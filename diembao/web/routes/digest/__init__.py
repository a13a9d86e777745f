"""The digest room: the draft of a day, its preview and check list, publishing and sending, what was published."""

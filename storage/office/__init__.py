"""What people of the office are shown about themselves: where they were named, how often they overruled the rules."""

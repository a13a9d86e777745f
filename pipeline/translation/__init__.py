"""What a translation must keep of its original, and whether it did: names, numbers, dates, negations."""

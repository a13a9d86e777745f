"""The desk's people: accounts, passwords, sign-in, second factor."""

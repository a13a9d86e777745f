"""The desk's people: accounts, departments, sessions, invitations, second factors, attempts to sign in."""

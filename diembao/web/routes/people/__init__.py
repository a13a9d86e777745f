"""The administrator's rooms: accounts and departments."""

"""Stored coverage → text, tables and pages for people. Returns, does not write."""

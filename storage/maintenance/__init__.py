"""Backup, restore, integrity check, retention."""

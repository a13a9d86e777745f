"""Labelled text → scores, and weights trained on it."""

"""The day's digest: its model, its order, its forms."""

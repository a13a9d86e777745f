"""Job runs, alerts, publications."""

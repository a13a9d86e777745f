"""Programs that kill, fill and spoil: run briefly by tests, for hours by `make soak`."""

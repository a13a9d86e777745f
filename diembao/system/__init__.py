"""The machine: clock, home folder, files, secrets."""

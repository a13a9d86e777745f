"""What is timed, and what is tried for long: `make bench` and `make soak`; not part of the test suite."""

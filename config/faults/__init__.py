"""What is wrong with a configuration file: the error that lists it, and its words."""

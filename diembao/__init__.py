"""The application: the only package that wires the others."""

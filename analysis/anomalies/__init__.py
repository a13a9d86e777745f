"""What is unusual: surges of coverage, broken extraction, sources that behave unlike themselves."""

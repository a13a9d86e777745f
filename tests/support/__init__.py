"""What tests and benchmarks share: fixtures, local servers, synthetic press."""

"""What reports of one happening share in whatever language: measures, foreign names, concepts."""

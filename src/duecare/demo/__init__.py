"""Made-up people, papers and work."""

"""Jobs: work that a transaction causes and that runs after it, at least once, with one effect."""

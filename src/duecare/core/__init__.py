"""What every workflow stands on. Imports no workflow."""

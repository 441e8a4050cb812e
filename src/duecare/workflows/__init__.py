"""The workflows: one folder each, registered in one line."""

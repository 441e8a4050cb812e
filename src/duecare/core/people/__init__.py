"""Organisations, users, their memberships, tokens and sessions."""

"""Notices: what people are told, by e-mail and in the product. Never PHI: a number and a link."""

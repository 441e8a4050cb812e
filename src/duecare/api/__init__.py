"""The JSON API, its tokens and its description."""

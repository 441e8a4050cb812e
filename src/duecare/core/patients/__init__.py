"""The patient index of an organisation."""

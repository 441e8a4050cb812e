"""duecare: nothing is lost, nothing is late without somebody knowing, every number opens its rows."""

__version__ = "0.1.0"

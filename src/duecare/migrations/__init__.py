"""The history of the database schema, oldest first in `versions`. Only Alembic runs what is here."""

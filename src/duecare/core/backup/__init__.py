"""Backup and restore: one folder that every supported database and store can be made again from.

Holds everything the product knows, so it needs the same protection as the installation itself.
"""

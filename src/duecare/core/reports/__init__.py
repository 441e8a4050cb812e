"""Reports: a query, a page, files and a mail."""

"""Documents, ingest and queries."""

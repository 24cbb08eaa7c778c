"""Calls by kind of item."""

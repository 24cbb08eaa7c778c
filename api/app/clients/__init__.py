"""The neighbours this service speaks to."""

"""What the peers need to run, and whether it is here."""


class NotInstalled(Exception):
    """Says what is missing, and what helps."""

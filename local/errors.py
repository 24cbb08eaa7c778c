"""What keeps `make run` from going on, in one plain line."""


class CannotRunError(Exception):
    """Shown to the person who ran it, as it is, without a traceback."""


class SampleError(Exception):
    """The sample could not be loaded. Everything else goes on."""

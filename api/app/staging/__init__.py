"""Where uploaded files wait for their step."""

"""What both services have around their routes."""

"""`make run`: both services and nginx on one machine, with the sample loaded."""

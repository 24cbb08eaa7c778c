"""What happens to jobs. Knows no HTTP framework."""

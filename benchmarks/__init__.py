"""Measures what the README claims. `make bench` runs all; name some to run only those."""

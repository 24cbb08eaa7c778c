"""Loads of graphs and telemetry, each in a process of its own that can be stopped at any time."""

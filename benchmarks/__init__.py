"""Measurements; each module has a `run(arguments)` that returns what it prints as JSON."""

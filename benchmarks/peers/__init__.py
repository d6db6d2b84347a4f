"""Other ways to build the same thing, to measure against."""

"""The one door to language models. Nothing in the spine waits for a model."""

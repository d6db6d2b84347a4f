"""Servers of language models, each behind one class of `llm.providers.base.Provider`."""

"""Where our way of writing differs from Django's, by language."""

"""What the numbers say about customers: models, scores, lift."""

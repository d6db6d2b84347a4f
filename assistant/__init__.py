"""Plans journeys, writes copy, turns prompts into rules; drafts until a person approves."""

"""One question that every test may ask."""

from llm import client

SCHEMA = {
    "type": "object",
    "properties": {"mood": {"enum": ["good", "bad"]}, "reply": {"type": "string"}},
    "required": ["mood"],
    "additionalProperties": False,
}


def mood(shop, text="Nice shoes", **fields):
    asked = {"prompt": ("tests/llm/mood", 1), "purpose": "mood of reviews", "schema": SCHEMA}
    return client.ask(shop.pk, **{**asked, "parts": {"reviews": text}, **fields})

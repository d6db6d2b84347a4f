"""Reading an answer of OpenAI's chat protocol, streamed or whole, within a deadline and a size."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from llm.providers.base import Failed, Reply

MOST_CHARS = 1_000_000


def read(response: httpx.Response, deadline: float) -> Reply:
    """The reply; half an answer is none: a stream that ends early is broken."""
    said = text_of(response, deadline)
    streamed = response.headers.get("Content-Type", "").startswith("text/event-stream")
    try:
        return joined(list(events(said)) if streamed else [json.loads(said)])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise Failed("broken", "The server's answer is not of OpenAI's chat protocol.") from None


def text_of(response: httpx.Response, deadline: float) -> str:
    """The body; each piece is waited for only within the deadline."""
    pieces: list[str] = []
    size = 0
    for piece in response.iter_text():
        size += len(piece)
        pieces.append(piece)
        if time.monotonic() > deadline:
            raise Failed("timeout", "The answer came too slowly.")
        if size > MOST_CHARS:
            raise Failed("broken", "The answer is too long.")
    return "".join(pieces)


def events(said: str) -> Iterator[dict[str, Any]]:
    for line in said.splitlines():
        data = line.removeprefix("data:").strip()
        if line.startswith("data:") and data != "[DONE]":
            yield json.loads(data)


def joined(chunks: list[dict[str, Any]]) -> Reply:
    text, refusal, finish = "", "", None
    usage: dict[str, Any] = {}
    for chunk in chunks:
        usage = chunk.get("usage") or usage
        for choice in chunk["choices"][:1]:
            part = choice.get("delta") or choice.get("message") or {}
            text += part.get("content") or ""
            refusal += part.get("refusal") or ""
            finish = choice.get("finish_reason") or finish
    if refusal or finish == "content_filter":
        raise Failed("refused", "The model declined to answer.")
    if finish != "stop":
        raise Failed("broken", f"The answer was cut off ({finish or 'the stream ended'}).")
    return Reply(text, usage.get("prompt_tokens"), usage.get("completion_tokens"))

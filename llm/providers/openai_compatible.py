"""Any server that speaks OpenAI's chat protocol: hosted, vLLM, Ollama, llama.cpp."""

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from llm.providers import stream
from llm.providers.base import Failed, Provider, Question, Reply

TRIES = 4
BUSY = {408, 429, 500, 502, 503, 504}
FORMATS = ("json_schema", "json_object", "text")  # the strictest that the server understands


class OpenAICompatible(Provider):
    """Asks `LLM_BASE_URL` for a streamed answer; one deadline bounds all tries together."""

    def __init__(self) -> None:
        self.url = settings.LLM_BASE_URL.rstrip("/") + "/chat/completions"
        self.host = urlsplit(self.url).netloc.rpartition("@")[2]
        self.model = settings.LLM_MODEL
        self.seconds = settings.LLM_TIMEOUT_SECONDS
        self.formats = list(FORMATS)

    def complete(self, question: Question) -> Reply:
        deadline = time.monotonic() + self.seconds
        # Redirects stay off: the host in the log is the only one that is spoken to.
        with httpx.Client(timeout=self.seconds, follow_redirects=False, headers=key()) as client:
            for attempt in range(TRIES):
                reply = self.attempt(client, question, deadline)
                if isinstance(reply, Reply):
                    return reply
                pause(reply, attempt, deadline)
        raise Failed("broken", f"The model's server was busy {TRIES} times; try again later.")

    def attempt(
        self, client: httpx.Client, question: Question, deadline: float
    ) -> Reply | float | None:
        """The reply, or for how many seconds to wait first (None: not said)."""
        try:
            left = max(0.01, deadline - time.monotonic())
            asked = client.stream("POST", self.url, json=self.body(question), timeout=left)
            with asked as response:
                if response.status_code == 200:
                    return stream.read(response, deadline)
                said = stream.text_of(response, deadline)
                return self.after_error(client, question, deadline, response, said)
        except httpx.TimeoutException:
            raise Failed("timeout", f"No answer within {self.seconds} seconds.") from None
        except httpx.ConnectError:
            return None
        except httpx.HTTPError as fault:
            raise Failed("broken", f"The connection broke: {type(fault).__name__}.") from fault

    def after_error(
        self,
        client: httpx.Client,
        question: Question,
        deadline: float,
        response: httpx.Response,
        said: str,
    ) -> Reply | float | None:
        if response.status_code in BUSY:
            return retry_after(response)
        if response.status_code in {400, 422} and "response_format" in said and self.formats[1:]:
            self.formats.pop(0)
            return self.attempt(client, question, deadline)
        raise Failed("broken", f"The model's server answered {response.status_code}.")

    def body(self, question: Question) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": turn.role, "content": turn.text} for turn in question.turns],
            "max_tokens": question.max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self.formats[0] == "json_schema":
            named = {"name": "answer", "schema": question.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.formats[0] == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body


def key() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.LLM_API_KEY}"} if settings.LLM_API_KEY else {}


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks for; a date is rare here and reads as not said."""
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else None


def pause(seconds: float | None, attempt: int, deadline: float) -> None:
    """Wait as long as was asked, else twice as long each time, if the deadline allows it."""
    wait = 0.25 * 2**attempt if seconds is None else seconds
    if time.monotonic() + wait >= deadline:
        raise Failed("timeout", "The model's server is busy for longer than we may wait.")
    time.sleep(wait)

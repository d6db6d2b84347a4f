"""A program that uses the API of a shop with a key of its own."""

import json
from typing import Any

from django.test import Client

from shops import keys
from shops.models import ApiKey, Shop

BASE = "/api/v1/"


class Caller:
    """Calls with one key; answers are Django's test responses."""

    def __init__(self, shop: Shop, scopes: list[str] | None = None, **fields: Any) -> None:
        self.key = ApiKey(
            **{"shop": shop, "name": "t", "rate_limit": 0, "scopes": scopes or keys.scopes()}
            | fields
        )
        self.secret = keys.issue(self.key)
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, params)

    def send(self, method: str, path: str, said: Any = None, **headers: str) -> Any:
        return self.call(method, path, said, headers)

    def call(
        self, method: str, path: str, said: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        known = {"Authorization": f"Bearer {self.secret}"} | (headers or {})
        if method == "GET":
            return self.client.get(BASE + path, said, headers=known)
        return self.client.generic(
            method,
            BASE + path,
            said if isinstance(said, bytes) else _json(said),
            known.pop("Content-Type", "application/json"),
            headers=known,
        )


def _json(said: Any) -> bytes:
    return b"" if said is None else json.dumps(said).encode()

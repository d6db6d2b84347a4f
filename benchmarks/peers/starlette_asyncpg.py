"""The yardstick of `ingest`: a plain Starlette application that inserts one row a request."""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

CREATE = """
CREATE TABLE IF NOT EXISTS peer_delivery (
    id bigserial PRIMARY KEY, message_id text NOT NULL UNIQUE, topic text NOT NULL,
    body bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now())
"""
INSERT = """
INSERT INTO peer_delivery (message_id, topic, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
SECRET = base64.b64decode(os.environ.get("PEER_SECRET", "").removeprefix("whsec_"))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DSN"], min_size=8, max_size=8) as pool:
        app.state.pool = pool
        yield


async def hook(request: Request) -> JSONResponse:
    body = await request.body()
    message_id, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    if abs(time.time() - int(stamp)) > 300:
        return JSONResponse({"ok": False}, 401)
    signed = hmac.new(SECRET, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    if not hmac.compare_digest(expected, request.headers["webhook-signature"]):
        return JSONResponse({"ok": False}, 401)
    topic = json.loads(body)["type"]
    await request.app.state.pool.execute(INSERT, message_id, topic, body)
    return JSONResponse({"ok": True, "id": message_id}, 202)


app = Starlette(routes=[Route("/hooks/{key}/", hook, methods=["POST"])], lifespan=lifespan)

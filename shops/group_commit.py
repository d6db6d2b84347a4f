"""Webhook intake as a bare ASGI application: many calls share one durable commit."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import psycopg
from django.conf import settings

from shops import intake
from shops.announcing import CHANNEL, NOTIFY, connection_parameters
from shops.intake import AWAY, Answer, Answered, Incoming, Refused, Tenant

GROUP_ROWS = 500
TENANT_SECONDS = 10  # a rotated secret is honoured by then; the previous one stays valid meanwhile
STORE_SECONDS = 15
ANNOUNCE_SECONDS = 0.02  # commits that notify wait for each other; one for many calls is enough
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Intake:
    """Answers `/hooks/<shop key>/` after the commit that holds the call, never before."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Incoming, asyncio.Future[Answer]]] = []
        self.committing: asyncio.Task[None] | None = None
        self.announcing: asyncio.Task[None] | None = None
        self.database: psycopg.AsyncConnection[Any] | None = None
        self.connecting = asyncio.Lock()
        self.tenants: dict[str, tuple[float, Tenant]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self.answer(scope, receive)
        except Answered as known:
            answer = known.answer
        except (psycopg.Error, OSError, TimeoutError):
            answer = AWAY
        content = answer.content
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
        ]
        if answer.retry_after:
            headers.append((b"retry-after", str(answer.retry_after).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to one call. Raises Refused, or a database error when it was not stored."""
        if scope["method"] != "POST":
            raise Refused(405, "method_not_allowed", "Webhooks are sent by POST.")
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        key = scope["path"].removeprefix("/hooks/").rstrip("/")
        sender = await self.tenant(key)
        body = await _body(headers, receive)
        return await self.store(intake.check(sender, headers, body))

    async def tenant(self, key: str) -> Tenant:
        """The shop with this key, remembered for some seconds. Raises Refused (404)."""
        known = self.tenants.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        database = await self.connected()
        cursor = await database.execute(intake.FIND_SHOP, [key])
        found = intake.tenant(await cursor.fetchone())
        self.tenants[key] = (time.monotonic() + TENANT_SECONDS, found)
        return found

    async def store(self, call: Incoming) -> Answer:
        """Join the group that is committed next and wait for it."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((call, answer))
        if self.committing is None or self.committing.done():
            self.committing = asyncio.create_task(self._commit_waiting())
        return await answer

    async def _commit_waiting(self) -> None:
        """Commit group after group; while one is committed, the next one gathers."""
        while self.waiting:
            group, self.waiting = self.waiting[:GROUP_ROWS], self.waiting[GROUP_ROWS:]
            await self._store_group(group)
            if self.announcing is None or self.announcing.done():
                self.announcing = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        """Wake the workers. If this fails, the clock finds the rows a second later."""
        await asyncio.sleep(ANNOUNCE_SECONDS)
        with suppress(psycopg.Error, OSError):
            database = await self.connected()
            await database.execute(NOTIFY, [CHANNEL, "delivery"])

    async def _store_group(self, group: list[tuple[Incoming, "asyncio.Future[Answer]"]]) -> None:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                found = await self._commit([call for call, _ in group])
        except (psycopg.DataError, psycopg.IntegrityError, ValueError):
            # One bad row must not take its neighbours down: each is tried alone.
            for call, answer in group:
                try:
                    _settle(answer, (await self._commit([call]))[0])
                except (psycopg.Error, ValueError) as fault:
                    _settle(answer, fault)
        except Exception as fault:  # noqa: BLE001  (whatever it is, everybody who waits is told)
            self.database = None
            for _, answer in group:
                _settle(answer, fault)
        else:
            for (_, answer), result in zip(group, found, strict=True):
                _settle(answer, result)

    async def _commit(self, group: list[Incoming]) -> list[Answer]:
        # One statement, therefore one transaction and one round trip.
        database = await self.connected()
        cursor = await database.execute(intake.STORE, intake.columns(group))
        again = intake.repeated(group, await cursor.fetchall())
        earlier: list[intake.Row] = []
        if again:
            cursor = await database.execute(intake.EARLIER_ANSWERS, intake.columns(again)[:2])
            earlier = await cursor.fetchall()
        return intake.answers(group, again, earlier)

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        """The connection, made anew when it was lost."""
        async with self.connecting:
            if self.database is None or self.database.closed:
                # Django turns prepared statements off; this connection is never pooled, and
                # planning takes longer than the statement.
                known = connection_parameters() | {"prepare_threshold": 1}
                self.database = await psycopg.AsyncConnection.connect(**known, autocommit=True)
        return self.database

    async def close(self) -> None:
        """Give the connection back; the next call makes a new one."""
        if self.database is not None:
            await self.database.close()


def _settle(answer: "asyncio.Future[Answer]", result: Answer | Exception) -> None:
    if answer.done():  # its client went away
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    declared = headers.get("content-length", "")
    limit = settings.INTAKE_MAX_BYTES
    intake.check_size(int(declared) if declared.isdigit() else 0, limit)
    body, more = bytearray(), True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(400, "incomplete", "The connection closed before the body was complete.")
        body += event.get("body", b"")
        intake.check_size(len(body), limit)
        more = event.get("more_body", False)
    return bytes(body)

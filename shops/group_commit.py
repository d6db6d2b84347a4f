"""Intake as a bare ASGI application: many calls share one durable commit."""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, LiteralString

import psycopg

from shops import intake
from shops.announcing import CHANNEL, NOTIFY, connection_parameters
from shops.intake import AWAY, UNSTORABLE, Answer, Answered, Door, Incoming, Refused, Tenant

GROUP_ROWS = 500
TENANT_SECONDS = 10  # other changes of a shop count by then; a new secret after AGAIN_SECONDS
AGAIN_SECONDS = 1  # forged calls make us look a shop up no more often than this
PATIENCE_SECONDS = 4  # for the database: Shopify hangs up after five and sends the call again
WAITING_BYTES = 64_000_000  # of calls that wait for their commit; more are asked to come back
ANNOUNCE_SECONDS = 0.02  # commits that notify wait for each other; one for many calls is enough
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Values = list[Any] | dict[str, Any]
Waiting = tuple[Incoming, "asyncio.Future[Answer]"]


class Intake:
    """Answers at every door after the commit that holds the call, never before."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.waiting_bytes = 0
        self.committing: asyncio.Task[None] | None = None
        self.announcing: asyncio.Task[None] | None = None
        self.database: psycopg.AsyncConnection[Any] | None = None
        self.connecting = asyncio.Lock()
        self.tenants: dict[tuple[str, str], tuple[float, Tenant]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = next(door for door in intake.DOORS if scope["path"].startswith(door.prefix))
        try:
            answer = await self.answer(door, scope, receive)
        except Answered as known:
            answer = known.answer
        except (psycopg.Error, OSError, TimeoutError):
            answer = AWAY
        content = answer.content
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            *((name.encode(), text.encode()) for name, text in answer.headers(door).items()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def answer(self, door: Door, scope: Scope, receive: Receive) -> Answer:
        """The answer to one call. Raises Refused, or a database error when it was not stored."""
        if scope["method"] != "POST":
            raise Refused(*intake.ONLY_POST)
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        key = scope["path"].removeprefix(door.prefix).rstrip("/")
        sender = await self.tenant(door, key)
        body = await _body(headers, receive, door.max_bytes)
        try:
            call = intake.check(sender, headers, body)
        except Refused as refusal:
            # The secret may have changed a moment ago.
            if refusal.answer.status != 401 or not self.forget(door, key):
                raise
            call = intake.check(await self.tenant(door, key), headers, body)
        return await self.store(call)

    async def tenant(self, door: Door, key: str) -> Tenant:
        """The caller with this key, remembered for some seconds. Raises Refused (404)."""
        known = self.tenants.get((door.prefix, key))
        if known and time.monotonic() - known[0] < TENANT_SECONDS:
            return known[1]
        rows = await self._ask(door.find, {"key": key})
        found = intake.tenant(rows[0] if rows else None)
        self.tenants[door.prefix, key] = (time.monotonic(), found)
        return found

    def forget(self, door: Door, key: str) -> bool:
        """Let the caller be looked up again; False when that was done a moment ago."""
        known = self.tenants.get((door.prefix, key))
        if known is None or time.monotonic() - known[0] < AGAIN_SECONDS:
            return False
        del self.tenants[door.prefix, key]
        return True

    async def store(self, call: Incoming) -> Answer:
        """Join the group that is committed next and wait for it."""
        if self.waiting_bytes + len(call.body) > WAITING_BYTES:
            raise Answered(AWAY)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((call, answer))
        self.waiting_bytes += len(call.body)
        if self.committing is None or self.committing.done():
            self.committing = asyncio.create_task(self._commit_waiting())
        return await answer

    async def _commit_waiting(self) -> None:
        """Commit group after group; while one is committed, the next one gathers."""
        while self.waiting:
            await self._store_group(self._take(GROUP_ROWS))
            if self.announcing is None or self.announcing.done():
                self.announcing = asyncio.create_task(self._announce())

    def _take(self, most: int) -> list[Waiting]:
        group, self.waiting = self.waiting[:most], self.waiting[most:]
        self.waiting_bytes -= sum(len(call.body) for call, _ in group)
        return group

    async def _announce(self) -> None:
        """Wake the workers. If this fails, the clock finds the rows a second later."""
        await asyncio.sleep(ANNOUNCE_SECONDS)
        with suppress(psycopg.Error, OSError):
            await self._ask(NOTIFY, [CHANNEL, "delivery"])

    async def _store_group(self, group: list[Waiting]) -> None:
        try:
            found = await self._commit([call for call, _ in group])
        except (psycopg.DataError, psycopg.IntegrityError, ValueError):
            # One bad row must not take its neighbours down: each is tried alone.
            for call, answer in group:
                try:
                    _settle(answer, (await self._commit([call]))[0])
                except (psycopg.DataError, psycopg.IntegrityError, ValueError):
                    _settle(answer, Refused(*UNSTORABLE))
                except (psycopg.Error, OSError) as fault:
                    _settle(answer, fault)
        except Exception as fault:  # noqa: BLE001  (whatever it is, everybody who waits is told)
            self._hang_up()
            # Those who came meanwhile would wait for the same.
            for _, answer in group + self._take(len(self.waiting)):
                _settle(answer, fault)
        else:
            for (_, answer), result in zip(group, found, strict=True):
                _settle(answer, result)

    async def _commit(self, group: list[Incoming]) -> list[Answer]:
        # One statement, therefore one transaction and one round trip.
        found = await self._ask(intake.STORE, intake.columns(group))
        missed = intake.unanswered(group, found)
        if missed:
            found += await self._ask(intake.EARLIER_ANSWERS, intake.columns(missed)[:2])
        return intake.answers(group, found)

    async def _ask(self, statement: LiteralString, values: Values) -> list[intake.Row]:
        """The rows that the database answers; one that is silent for too long is hung up on.

        Raises psycopg.Error or OSError.
        """
        asking = asyncio.create_task(self._rows(statement, values))
        done, _ = await asyncio.wait([asking], timeout=PATIENCE_SECONDS)
        if not done:
            # Not cancelled: psycopg would ask the silent server to agree, and wait for its answer.
            self._hang_up()
        return await asking

    async def _rows(self, statement: LiteralString, values: Values) -> list[intake.Row]:
        database = await self.connected()
        cursor = await database.execute(statement, values)
        return await cursor.fetchall() if cursor.description else []

    def _hang_up(self) -> None:
        """Close the line under the connection: whoever waits on it sees it broken at once."""
        database, self.database = self.database, None
        if database is not None and not database.closed:
            with socket.socket(fileno=os.dup(database.fileno())) as line, suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        """The connection, made anew when it was lost."""
        async with self.connecting:
            if self.database is None or self.database.closed:
                # Django turns prepared statements off; this connection is never pooled, and
                # planning takes longer than the statement.
                known = connection_parameters() | {"prepare_threshold": 1}
                known["connect_timeout"] = PATIENCE_SECONDS
                self.database = await psycopg.AsyncConnection.connect(**known, autocommit=True)
        return self.database

    async def close(self) -> None:
        """Give the connection back; the next call makes a new one."""
        if self.announcing is not None:
            await self.announcing
        if self.database is not None:
            await self.database.close()


def _settle(answer: "asyncio.Future[Answer]", result: Answer | Exception) -> None:
    if answer.done():  # its client went away
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


async def _body(headers: dict[str, str], receive: Receive, limit: int) -> bytes:
    declared = headers.get("content-length", "")
    intake.check_size(int(declared) if declared.isdigit() else 0, limit)
    parts, size, more = [], 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(400, "incomplete", "The connection closed before the body was complete.")
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        intake.check_size(size, limit)
        more = event.get("more_body", False)
    return b"".join(parts)

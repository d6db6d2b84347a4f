"""A mail server that takes everything and keeps nothing, on one event loop.

`python -m benchmarks._smtp_sink PORT`: where postfix's `smtp-sink` is not to be had.
"""

import asyncio
import sys

import uvloop

GREETING = b"220 sink ESMTP\r\n"
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection; what it answers may be said by a subclass. None hangs up."""

    capabilities: tuple[str, ...] = ("PIPELINING", "8BITMIME")

    def recipient(self, address: str) -> str | None:
        """The answer to RCPT TO."""
        return "250 2.1.5 Ok"

    def mail(self, recipients: list[str], content: bytes) -> str | None:
        """The answer to a whole mail, which counts as taken when this is called."""
        return "250 2.0.0 Ok"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.heard, self.out = bytearray(), bytearray()
        self.in_data, self.searched = False, 0
        self.recipients: list[str] = []
        self.out += GREETING
        self._flush()

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while not self.transport.is_closing() and self._step():
            pass
        self._flush()

    def _flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(bytes(self.out))
            self.out.clear()

    def _step(self) -> bool:
        """Take one command or one mail; False when it has not come whole."""
        if self.in_data:
            return self._content()
        line, found, rest = self.heard.partition(b"\r\n")
        if not found:
            return False
        self.heard = rest
        self._answer(self._command(line.decode(errors="replace")))
        return True

    def _content(self) -> bool:
        at = self.heard.find(END, max(0, self.searched - len(END)))
        if self.heard[:3] == b".\r\n":
            at = -2  # a mail without a single line
        elif at < 0:
            self.searched = len(self.heard)
            return False
        content = bytes(self.heard[: max(0, at)])
        del self.heard[: at + len(END)]
        self.in_data, self.searched = False, 0
        recipients, self.recipients = self.recipients, []
        self._answer(self.mail(recipients, content) if recipients else "554 5.5.1 No recipients")
        return True

    def _answer(self, words: str | None) -> None:
        if words is None:
            self._flush()
            self.transport.close()
            return
        self.out += words.encode() + b"\r\n"
        if words.startswith(("221", "421")):
            self._flush()
            self.transport.close()

    def _command(self, line: str) -> str | None:
        verb, argument = line[:4].upper(), line[4:].strip()
        if verb in {"EHLO", "HELO"}:
            return "\r\n".join(
                [f"250-{each}" for each in ("sink", *self.capabilities)] + ["250 HELP"]
            )
        if verb == "RCPT":
            address = argument.partition("<")[2].partition(">")[0]
            answer = self.recipient(address)
            if answer and answer.startswith("250"):
                self.recipients.append(address)
            return answer
        if verb == "DATA":
            self.in_data = bool(self.recipients)
            return "354 Go on" if self.in_data else "503 5.5.1 No recipients"
        if verb in {"MAIL", "RSET"}:
            self.recipients = []
        return "221 2.0.0 Bye" if verb == "QUIT" else "250 2.0.0 Ok"


async def serve(port: int) -> None:
    """Serve until cancelled."""
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))

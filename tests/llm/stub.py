"""A server that speaks OpenAI's chat protocol over real HTTP and misbehaves as it is told."""

import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


def said(text, *, finish="stop", refusal=None, usage=(11, 7)):
    """A streamed answer: what the handler writes for it, piece by piece."""

    def write(handler):
        handler.start(200, {"Content-Type": "text/event-stream"})
        for piece in [text[:5], text[5:]]:
            handler.event({"choices": [{"delta": {"content": piece, "refusal": refusal}}]})
        handler.event({"choices": [{"delta": {}, "finish_reason": finish}]})
        counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        handler.event({"choices": [], "usage": counted})
        handler.wfile.write(b"data: [DONE]\n\n")

    return write


def whole(text):
    """An answer that is not streamed, as some servers give it."""

    def write(handler):
        handler.start(200, {"Content-Type": "application/json"})
        choice = {"message": {"content": text}, "finish_reason": "stop"}
        handler.wfile.write(json.dumps({"choices": [choice]}).encode())

    return write


def status(code, text="", **headers):
    def write(handler):
        handler.start(code, {name.replace("_", "-"): value for name, value in headers.items()})
        handler.wfile.write(text.encode())

    return write


def slow(pause, pieces=20):
    """Drips an answer that never gets to its end in time."""

    def write(handler):
        handler.start(200, {"Content-Type": "text/event-stream"})
        for _ in range(pieces):
            handler.event({"choices": [{"delta": {"content": " "}}]})
            time.sleep(pause)

    return write


def late(seconds, write):
    """The same, after so many seconds."""

    def wait(handler):
        time.sleep(seconds)
        write(handler)

    return wait


def cut(handler):
    """Ends in the middle of the answer."""
    handler.start(200, {"Content-Type": "text/event-stream"})
    handler.event({"choices": [{"delta": {"content": '{"mood": '}}]})


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.headers.append(str(self.headers) + self.path)
        with suppress(BrokenPipeError, ConnectionResetError):  # the client gave up, as it should
            self.server.script.pop(0)(self)

    def do_GET(self):
        self.server.headers.append(str(self.headers) + self.path)
        self.server.script.pop(0)(self)

    def start(self, code, headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def event(self, chunk):
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *args):
        pass


class Stub(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies, self.headers, self.script = [], [], []
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def asked(self):
        return [json.loads(body) for body in self.bodies]

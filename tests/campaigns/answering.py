"""A small server of somebody else's: keeps what it is told and answers what it was asked to."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    """An answer without a status never comes."""

    told: list = []
    answer: tuple = (200, {})
    url = ""
    kind = ""  # of a fault, as Amazon says it

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((self.path, dict(self.headers.items()), body))
        status, said = self.answer
        if status is None:  # took it, and was never heard of again
            return
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Amzn-Errortype", self.kind)
        self.end_headers()
        self.wfile.write(json.dumps(self.said(said, body)).encode())

    def said(self, answer, _body):
        return answer

    def log_message(self, *args):
        pass


@contextmanager
def answering(kind, answer):
    """The class of requests while its server runs, with nothing told yet and its address."""
    kind.told, kind.answer, kind.kind = [], answer, ""
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kind.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kind
        server.shutdown()

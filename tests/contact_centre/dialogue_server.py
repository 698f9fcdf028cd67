"""A server that speaks the dialogue connector's interface and can be slow, empty, broken or dead on demand."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from contact_centre.dialogue import READY_PATH, TURN_PATH

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Reply:
    """What the server answers: `body` as JSON unless it is bytes, after `delay_s`."""

    body: object
    status: int = 200
    delay_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


def echo(request: dict[str, Any]) -> Reply:
    return Reply([{"text": f"{request['language']}: {request['text']}"}])


def saying(*messages: object) -> Callable[[dict[str, Any]], Reply]:
    return lambda _request: Reply(list(messages))


class DialogueServer:
    """Runs in a thread; `answer` decides every reply, `requests` keeps what was asked, in order."""

    def __init__(self) -> None:
        self.answer: Callable[[dict[str, Any]], Reply] = echo
        self.requests: list[dict[str, Any]] = []
        self.most_at_once: Counter[str] = Counter()
        self._under_way: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(Reply({"status": "ready"}) if self.path == READY_PATH else Reply({}, 404))

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._send(outer._turn(request) if self.path == TURN_PATH else Reply({}, 404))

            def _send(self, reply: Reply) -> None:
                body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True  # the client did not wait for a slow answer

            def log_message(self, *_args: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening: whoever calls is refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _turn(self, request: dict[str, Any]) -> Reply:
        conversation = request["conversation"]
        with self._lock:
            self.requests.append(request)
            self._under_way[conversation] += 1
            self.most_at_once[conversation] = max(self.most_at_once[conversation], self._under_way[conversation])
        reply = self.answer(request)
        time.sleep(reply.delay_s)
        with self._lock:
            self._under_way[conversation] -= 1
        return reply

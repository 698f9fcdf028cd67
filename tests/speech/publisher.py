"""A publisher of models for the tests: a real HTTP server with ranges, versions, and the faults of real ones."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Publisher:
    """Files by path, and what was asked for: the header Range of every request, or None."""

    files: dict[str, bytes] = field(default_factory=dict)
    etag: str = '"first"'
    ranges_work: bool = True
    break_after: list[int] = field(default_factory=list)
    """For each of the next answers: the bytes after which the connection breaks."""
    asked: list[str | None] = field(default_factory=list)
    address: str = ""


@contextmanager
def publisher() -> Iterator[Publisher]:
    state = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            state.asked.append(wanted)
            body = state.files.get(self.path)
            if body is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            start = 0
            if wanted and state.ranges_work and self.headers["If-Range"] in {None, state.etag}:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start and start >= len(body):
                self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                return
            self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", state.etag)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.end_headers()
            end = start + state.break_after.pop(0) if state.break_after else len(body)
            self.wfile.write(body[start:end])

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Stands in for one process of the product: answers /readyz, and misbehaves as the environment tells it to.

STAND_IN_CRASHES, STAND_IN_NEVER_READY: the name of the process that does. The actions always leave a worker behind
that ignores every polite signal, as the worker of rasa-sdk can.
"""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = Path(__file__).parent.name
READY = os.environ.get("STAND_IN_NEVER_READY") != NAME


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "", "dependencies": {"database": {"ready": READY, "detail": "it is locked"}}})
        self.send_response(200 if READY else 503)
        self.end_headers()
        self.wfile.write(body.encode())


if os.environ.get("STAND_IN_CRASHES") == NAME:
    sys.exit("RuntimeError: the stand-in was told to crash")
if NAME == "actions" and os.fork() == 0:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)
PORT = "VOICE_CONTROL_PORT" if NAME == "voice_channel" else f"{NAME.upper()}_PORT"
ThreadingHTTPServer(("127.0.0.1", int(os.environ[PORT])), Handler).serve_forever()

"""Owns the shape of log lines: one line a record, UTC, the process named, personal data masked."""

from __future__ import annotations

import logging
import sys
import time

from observability.masking import mask

# These write whole request addresses at INFO; an address can carry an IIN or an application number.
_CHATTY = ("httpx", "httpcore", "uvicorn.access", "sanic.access", "rasa_sdk.executor", "matplotlib", "urllib3")


class MaskingFormatter(logging.Formatter):
    """Formats a record and masks the result, so that arguments and tracebacks are covered too."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s.%(msecs)03dZ {process} %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line (a traceback follows on lines of its own)."""
        return mask(super().format(record))


def configure(process: str, level: int = logging.INFO) -> None:
    """Send all logging of this process, named `process`, to standard error through the masking formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(process))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)

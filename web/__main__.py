"""Starts the web process: `python -m web`."""

from __future__ import annotations

import gc

import uvicorn

from observability import logs
from web.app import create_app
from web.settings import MAX_BODY_BYTES, Settings

STOP_PATIENCE_S = 5
KEEP_ALIVE_S = 75
"""Longer than a proxy before us keeps an idle connection (nginx: 60 s), lest it sends on one just closed."""


def main() -> None:
    """Serve until stopped."""
    logs.configure("web")
    settings = Settings()
    uvicorn.run(
        create_app(settings, loaded=_leave_to_itself),
        host=settings.bind_host,
        port=settings.web_port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        ws_max_size=MAX_BODY_BYTES,
        timeout_graceful_shutdown=STOP_PATIENCE_S,
    )


def _leave_to_itself() -> None:
    """Let the garbage collector pass over what is there for good: its look would stop all conversations for a while."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()

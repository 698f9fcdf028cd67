"""Starts the web process: `python -m web`."""

from __future__ import annotations

import uvicorn

from observability import logs
from web.app import create_app
from web.settings import MAX_BODY_BYTES, Settings

STOP_PATIENCE_S = 5


def main() -> None:
    """Serve until stopped."""
    logs.configure("web")
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.bind_host,
        port=settings.web_port,
        log_config=None,
        access_log=False,
        ws_max_size=MAX_BODY_BYTES,
        timeout_graceful_shutdown=STOP_PATIENCE_S,
    )


if __name__ == "__main__":
    main()

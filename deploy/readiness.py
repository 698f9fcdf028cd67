"""Owns asking a process over HTTP whether it is ready, and what it lacks when it is not."""

import http.client
import json
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

_TIMEOUT_S = 3.0
# A proxy of the environment has no business between processes of one machine.
_OPENER = build_opener(ProxyHandler({}))


def lacking(url: str) -> str | None:
    """Return what keeps the process at `url` from being ready, in words, or None when its /readyz answers 200."""
    try:
        with _OPENER.open(f"{url}/readyz", timeout=_TIMEOUT_S):
            return None
    except HTTPError as answer:
        return _named_dependencies(answer.read()) or f"it answers {answer.code}"
    except (URLError, http.client.HTTPException, OSError):
        return "it does not answer yet"


def _named_dependencies(body: bytes) -> str:
    try:
        dependencies = json.loads(body)["dependencies"]
        lacks = [f"{name}: {state['detail']}" for name, state in dependencies.items() if not state["ready"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""  # not the readiness report that was asked for: the status code alone is told
    return ", ".join(lacks)

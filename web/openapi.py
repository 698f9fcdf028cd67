"""Owns the description of the API: /openapi.json, and /docs, a page of it that loads nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from web import problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

_Json = dict[str, Any]
_PROBLEM_SCHEMAS: Final = ("#/components/schemas/Problem", "#/components/schemas/UnansweredProblem")
_METHODS: Final = ("get", "put", "post", "delete", "patch")
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:.75rem;overflow:auto}h3 code{font-size:1.1rem}summary{cursor:pointer}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def install(app: FastAPI) -> None:
    """Give `app` its description and the page of it."""

    def describe() -> _Json:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            _name_problems(app.openapi_schema)
        return app.openapi_schema

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"
        return HTMLResponse(page(app.openapi()), headers={"Content-Security-Policy": policy})

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's own documented way


def _name_problems(schema: _Json) -> None:
    """Put problems under their own media type, where FastAPI writes application/json for every model."""
    for _, _, operation in _operations(schema):
        for answer in operation["responses"].values():
            content = answer.get("content", {})
            if content.get("application/json", {}).get("schema", {}).get("$ref") in _PROBLEM_SCHEMAS:
                content[problems.MEDIA_TYPE] = content.pop("application/json")


def page(schema: _Json) -> str:
    """Return the description as one HTML page without scripts."""
    title = escape(schema["info"]["title"])
    operations = "".join(_operation(*operation) for operation in _operations(schema))
    schemas = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>{_pre(body)}</details>'
        for name, body in schema.get("components", {}).get("schemas", {}).items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"</head><body><h1>{title}</h1><p>{escape(schema['info'].get('description', ''))}</p>"
        f'<p>For tools: <a href="openapi.json">openapi.json</a></p>{operations}<h2>Schemas</h2>{schemas}</body></html>'
    )


def _operations(schema: _Json) -> Iterator[tuple[str, str, _Json]]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method, path, methods[method]


def _operation(method: str, path: str, operation: _Json) -> str:
    details: _Json = {key: operation[key] for key in ("parameters", "requestBody", "security") if key in operation}
    answers = "".join(
        f"<details><summary>{escape(status)} {escape(answer['description'])}</summary>"
        f"{_pre(answer.get('content', {}))}</details>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<section><h3><code>{method.upper()} {escape(path)}</code></h3><p>{escape(operation.get('summary', ''))}</p>"
        f"<p>{escape(operation.get('description', ''))}</p>{_pre(details) if details else ''}{answers}</section>"
    )


def _pre(body: _Json) -> str:
    return f"<pre>{escape(json.dumps(body, ensure_ascii=False, indent=2))}</pre>"

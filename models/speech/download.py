"""Owns getting one large file over HTTP: progress, going on after any interruption, whole or not under its name."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import httpx

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=10.0)
_ATTEMPTS = 5
_PAUSE_S = 1.0
_REPORT_EVERY_S = 5.0
_MEGABYTE = 1_000_000


class DownloadError(Exception):
    """The file could not be had; the message is a sentence for the operator."""


class _InterruptedTransferError(Exception):
    """The connection ended early; what came is kept and a further attempt goes on from there."""


class Progress:
    """Shows how far a file has come: one line that moves on a terminal, a line now and then in a log."""

    def __init__(self, stream: TextIO, every_s: float = _REPORT_EVERY_S) -> None:
        self._stream, self._every_s = stream, every_s
        self._started = self._told = time.monotonic()

    def at(self, done: int, total: int | None) -> None:
        """Note the bytes that are here."""
        now = time.monotonic()
        finished = done == total
        if not finished and now - self._told < (0.2 if self._stream.isatty() else self._every_s):
            return
        self._told = now
        share = f" of {total / _MEGABYTE:.1f} MB ({done / total:.0%})" if total else " MB"
        end = "\r" if self._stream.isatty() and not finished else "\n"
        self._stream.write(f"  {done / _MEGABYTE:.1f}{share}, {now - self._started:.0f} s  {end}")
        self._stream.flush()


def download(url: str, target: Path, progress: Progress) -> None:
    """Write what `url` holds to `target`; what an earlier try left is gone on from. Raises DownloadError, OSError."""
    if target.exists():
        return
    part = target.with_name(f"{target.name}.part")
    failure = ""
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
        for attempt in range(_ATTEMPTS):
            time.sleep(_PAUSE_S * attempt)
            try:
                _continue(client, url, part, progress)
            except (httpx.TransportError, _InterruptedTransferError) as error:
                failure = str(error) or type(error).__name__
            else:
                part.replace(target)
                _validator(part).unlink(missing_ok=True)
                return
    kept = part.stat().st_size if part.exists() else 0
    raise DownloadError(
        f"{url} could not be fetched ({failure}): check the network or name a mirror in SPEECH_MODELS_URL. "
        f"{kept / _MEGABYTE:.1f} MB are kept, and the next start goes on from there."
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _validator(part: Path) -> Path:
    """Return where the version (ETag or date) of a part is kept: a part of a changed file must not be gone on with."""
    return part.with_name(f"{part.name}.version")


def _continue(client: httpx.Client, url: str, part: Path, progress: Progress) -> None:
    with client.stream("GET", url, headers=_resuming(part)) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            raise _InterruptedTransferError("what was kept does not fit the file of the server")
        if response.is_error:
            raise DownloadError(_refusal(url, response.status_code))
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        done = part.stat().st_size if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        _remember_version(part, response.headers)
        with part.open("ab" if resumed else "wb") as output:
            for block in response.iter_raw():  # as it comes: what is gathered first would be lost with the connection
                output.write(block)
                done += len(block)
                progress.at(done, total)
    if total is not None and done != total:
        raise _InterruptedTransferError(f"{done} of {total} bytes came")


def _resuming(part: Path) -> dict[str, str]:
    """Return the headers that ask for the rest only, if the file is still the same (RFC 9110, 13.1.5 and 14.2)."""
    headers = {"Accept-Encoding": "identity"}
    with suppress(FileNotFoundError):
        version = _validator(part).read_text()
        size = part.stat().st_size
        if version and size:
            headers |= {"Range": f"bytes={size}-", "If-Range": version}
    return headers


def _remember_version(part: Path, headers: httpx.Headers) -> None:
    etag = headers.get("ETag", "")
    strong = etag if not etag.startswith("W/") else ""  # a weak one may not stand in If-Range
    _validator(part).write_text(strong or headers.get("Last-Modified", ""))


def _refusal(url: str, status: int) -> str:
    if status == httpx.codes.NOT_FOUND:
        return f"{url} does not exist (404): check SPEECH_MODELS_URL, or whether the model has a newer version."
    return f"{url} was refused with the status {status}: try later or name a mirror in SPEECH_MODELS_URL."

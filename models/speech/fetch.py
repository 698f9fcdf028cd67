"""Owns the command that fetches the published Vosk models: `python -m models.speech.fetch [kk|ru ...]`."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.speech.archive import BadArchiveError, unpack
from models.speech.download import DownloadError, Progress, download, sha256_of
from models.speech.languages import LANGUAGES, Language, add_languages

if TYPE_CHECKING:
    from collections.abc import Mapping

Size = Literal["small", "large"]

PUBLISHER = "https://alphacephei.com/vosk/models"
"""Where the Vosk project publishes its models."""
NAMES: dict[tuple[Language, Size], str] = {
    ("kk", "small"): "vosk-model-small-kz-0.42",
    ("kk", "large"): "vosk-model-kz-0.42",
    ("ru", "small"): "vosk-model-small-ru-0.22",
    ("ru", "large"): "vosk-model-ru-0.42",
}
PUBLISHED = Path(__file__).parent / "published"
_SIZES: tuple[Size, ...] = ("small", "large")
_ORIGIN = "ORIGIN"
_SHA256_DIGITS = 64


def main(arguments: list[str], variables: Mapping[str, str] = os.environ) -> int:
    """Fetch the models that are not here yet; return 0 when all are. A failure is one sentence on standard error."""
    options = _parser(variables).parse_args(arguments)
    try:
        checksums = _checksums(options.sha256)
        for language in options.languages or LANGUAGES:
            _fetch(language, NAMES[language, options.size], options.address, checksums.get(language), options.folder)
    except (DownloadError, BadArchiveError, ValueError) as error:
        _complain(str(error))
        return 1
    except OSError as error:
        full = error.errno == errno.ENOSPC
        _complain(
            "The disk is full: free some space and start again; what was fetched is kept." if full else str(error)
        )
        return 1
    except KeyboardInterrupt:
        _complain("Stopped; what was fetched is kept, and the next start goes on from there.")
        return 130
    _say("The voice channel takes these models at its next start.")
    return 0


def _parser(variables: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.speech.fetch", description=__doc__)
    add_languages(parser)
    parser.add_argument(
        "--size",
        choices=_SIZES,
        default=variables.get("SPEECH_MODELS_SIZE", "small"),
        help="small (about 50 MB each, enough for most lines) or large (1-2 GB each and as much memory)",
    )
    parser.add_argument(
        "--address", default=variables.get("SPEECH_MODELS_URL", PUBLISHER), help="folder of the archives (a mirror's)"
    )
    parser.add_argument(
        "--sha256",
        default=variables.get("SPEECH_MODELS_SHA256", ""),
        help='what the archives must be: "kk=<64 hexadecimal digits> ru=<...>"; printed in any case',
    )
    parser.add_argument("--folder", type=Path, default=PUBLISHED, help="where the models are put")
    return parser


def _checksums(given: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in given.replace(",", " ").split()]
    for language, _, digits in pairs:
        if language not in LANGUAGES or len(digits) != _SHA256_DIGITS:
            raise ValueError(
                f'A checksum is given as "kk=<{_SHA256_DIGITS} hexadecimal digits>", not "{language}={digits}".'
            )
    return {language: digits.lower() for language, _, digits in pairs}


def _fetch(language: Language, name: str, address: str, checksum: str | None, folder: Path) -> None:
    """Put one published model at `folder`/`language`. Raises DownloadError, BadArchiveError, OSError."""
    target = folder / language
    origin = target / _ORIGIN
    if origin.is_file() and origin.read_text().split()[0] == name:
        _say(f"{language}: {name} is here already ({target})")
        return
    archive = folder / f"{name}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    url = f"{address.rstrip('/')}/{archive.name}"
    _say(f"{language}: {url}")
    download(url, archive, Progress(sys.stdout))
    found = sha256_of(archive)
    _say(f"{language}: sha256 {found}{'' if checksum else ' (not compared: none was given)'}")
    if checksum and found != checksum:
        archive.unlink()
        raise DownloadError(
            f"{archive.name} has the SHA-256 {found}, not {checksum}: it was removed, the model is not used."
        )
    unpack(archive, target, note=(_ORIGIN, f"{name} {found}\n"))
    archive.unlink()
    _say(f"{language}: ready in {target}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _complain(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

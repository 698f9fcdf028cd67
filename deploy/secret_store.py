"""Owns the secrets of an installation: from the environment, else made at random once and kept for their owner only."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.project import SetupError

NAMES = ("SERVICE_TOKEN", "MONITORING_API_KEY", "AMI_SECRET", "SIP_SECRET")
FILE_NAME = "secrets.env"
_RANDOM_BYTES = 32
_OTHERS = 0o077


def load(data_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return every secret by name; those that are neither set nor kept yet are made and kept (mode 0600).

    Raises SetupError when the kept file can be read by others or has a line that is not NAME=value.
    """
    file = data_dir / FILE_NAME
    kept = _read(file) if file.exists() else {}
    made = {
        name: secrets.token_urlsafe(_RANDOM_BYTES) for name in NAMES if not environment.get(name) and name not in kept
    }
    if made:
        kept |= made
        _write(file, kept)
    return {name: environment.get(name) or kept[name] for name in NAMES}


def _read(file: Path) -> dict[str, str]:
    if file.stat().st_mode & _OTHERS:
        raise SetupError(f"Others can read the secrets in {file}: type chmod 600 {file}, and change the secrets.")
    lines = file.read_text().split()
    pairs = [line.partition("=") for line in lines]
    if not all(separator and value for _, separator, value in pairs):
        raise SetupError(f"{file} has a line that is not NAME=value: mend it, or remove the file to make new secrets.")
    return {name: value for name, _, value in pairs}


def _write(file: Path, kept: Mapping[str, str]) -> None:
    # A new file renamed into place: it never exists half written, or with another mode.
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:  # noqa: PTH123 - a descriptor
        output.writelines(f"{name}={value}\n" for name, value in kept.items())
    fresh.replace(file)

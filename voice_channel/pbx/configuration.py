"""Owns the exchange's configuration: made from the templates at every start, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_channel.pbx.phones import Phone
    from voice_channel.pbx.settings import Settings

TEMPLATES: Final = Path(__file__).with_name("templates")
_PHONES: Final = "pjsip_consultants.conf"
_FOLDERS: Final = ("etc", "lib/keys", "data/sounds", "data/moh", "spool/monitor", "run", "log")
_LONGEST_SOCKET_PATH: Final = 107  # sun_path in unix(7), less its closing zero

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  configuration files, not pages
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class ConfigurationError(Exception):
    """The exchange cannot be configured; the message says what to change."""


def write(settings: Settings, phones: Sequence[Phone]) -> Path:
    """Write every file anew; return the one that Asterisk is started with.

    Raises:
        ConfigurationError: the folder's path is too long for a socket, or a secret would break out of its line.

    """
    folder = settings.folder
    if len(os.fsencode(folder / "run" / "asterisk.ctl")) > _LONGEST_SOCKET_PATH:
        raise ConfigurationError(f"the path of {folder} is too long for a socket: set DATA_DIR to a shorter one")
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.recordings.mkdir(parents=True, exist_ok=True, mode=0o700)
    documentation = folder / "data" / "documentation"
    documentation.unlink(missing_ok=True)
    documentation.symlink_to(settings.asterisk_data / "documentation")
    values = _values(settings)
    for template in sorted(TEMPLATES.glob("*.conf")):
        _render(folder, template.name, {**values, "phones": phones})
    return folder / "etc" / "asterisk.conf"


def write_phones(settings: Settings, phones: Sequence[Phone]) -> None:
    """Write the consultants' accounts alone; Asterisk takes them up when res_pjsip is loaded anew."""
    _render(settings.folder, _PHONES, {"phones": phones})


def _values(settings: Settings) -> dict[str, object]:
    names = (TEMPLATES / "modules.txt").read_text(encoding="utf-8").split()
    plain = settings.model_dump()
    plain["ami_secret"] = settings.ami_secret.get_secret_value()
    if not str(plain["ami_secret"]).isprintable() or ";" in str(plain["ami_secret"]):
        raise ConfigurationError("AMI_SECRET must be printable and without a semicolon")
    return {
        **plain,
        "folder": settings.folder,
        "recordings": settings.recordings,
        "modules": settings.asterisk_modules,
        "module_names": names,
    }


def _render(folder: Path, name: str, values: dict[str, object]) -> None:
    text = _TEMPLATES.get_template(name).render(values)
    fresh = folder / "etc" / f"{name}.new"
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    fresh.replace(folder / "etc" / name)

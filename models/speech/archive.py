"""Owns unpacking a model's archive: only plain files inside its one folder, of a bounded size, and all or nothing."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

LARGEST_BYTES = 8_000_000_000
"""Unpacked; the largest published model takes about 3 GB."""
_ACOUSTIC_MODELS = ("am/final.mdl", "final.mdl")  # the second: models of before 2021
_UNIX_MODE_SHIFT = 16


class BadArchiveError(Exception):
    """The archive is not a speech model, or not one to unpack; the message is a sentence for the operator."""


def unpack(archive: Path, target: Path, note: tuple[str, str]) -> None:
    """Put the model of `archive` at `target`, in the place of the one before, with a file `note` (name, text) in it.

    Raises BadArchiveError (the archive is removed, since fetching it again is the cure) and OSError.
    """
    with TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as scratch:
        try:
            with zipfile.ZipFile(archive) as opened:
                _check(opened, archive.name)
                opened.extractall(scratch)
            model = _only_folder(Path(scratch), archive.name)
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            archive.unlink()
            raise BadArchiveError(f"{archive.name} is damaged ({error}): it was removed, fetch it again.") from error
        except BadArchiveError:
            archive.unlink()
            raise
        name, text = note
        (model / name).write_text(text)
        if target.exists():
            shutil.rmtree(target)
        model.rename(target)


def _check(opened: zipfile.ZipFile, name: str) -> None:
    for entry in opened.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        mode = entry.external_attr >> _UNIX_MODE_SHIFT
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise BadArchiveError(f"{name} would write outside its folder ({entry.filename}): it was removed.")
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
            raise BadArchiveError(f"{name} holds something else than files ({entry.filename}): it was removed.")
    size = sum(entry.file_size for entry in opened.infolist())
    if size > LARGEST_BYTES:
        raise BadArchiveError(f"{name} would take {size / 1e9:.1f} GB, more than any model: it was removed.")


def _only_folder(scratch: Path, name: str) -> Path:
    """Return the folder that everything is in. Raises BadArchiveError when it is no model."""
    inside = list(scratch.iterdir())
    if len(inside) != 1 or not any((inside[0] / model).is_file() for model in _ACOUSTIC_MODELS):
        raise BadArchiveError(f"{name} is not a Vosk model (no {_ACOUSTIC_MODELS[0]} in one folder): it was removed.")
    return inside[0]

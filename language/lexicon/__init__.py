"""Word lists, one text file each: words between spaces, `#` starts a comment line, "form=word" names a form's lemma."""

from __future__ import annotations

from pathlib import Path


def read(name: str) -> dict[str, str]:
    """Return a list as {form: lemma}, in the spelling of the file; FileNotFoundError when there is no such list."""
    text = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for line in text.splitlines() if not line.startswith("#") for entry in line.split()]
    return {form: lemma or form for form, _, lemma in (entry.partition("=") for entry in entries)}

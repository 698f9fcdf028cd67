"""What is committed names no machine: no absolute path of a workshop, no package registry's address."""

import re
import subprocess
from pathlib import Path

from deploy.project import this_project

MACHINE_PATH = re.compile(r"(?<![\w.$/])/(?:work|root|home)/[\w.]")
REGISTRY_OPTION = re.compile(r"^\s*-(?:i|-index-url|-extra-index-url|-find-links|f)\b", re.MULTILINE)


def committed() -> list[Path]:
    """Return every file that is committed or would be."""
    root = this_project().root
    listing = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - git
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [str(path) for path in committed() if MACHINE_PATH.search(text(path))] == []


def test_the_requirement_files_are_hashed_and_name_no_registry() -> None:
    root = this_project().root
    for name in ("requirements.txt", "nlu/requirements.txt", "deploy/uv-requirements.txt"):
        content = text(root / name)
        assert not REGISTRY_OPTION.search(content), name
        assert "://" not in content, name
        pins = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==[^\n]*(?:\n    [^\n]*)*", content, re.MULTILINE)
        assert pins, name
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []

"""Debian packages are checked by name; what is missing is named with the line that installs it."""

import os
import shutil
from pathlib import Path

import pytest

from deploy import debian
from deploy.progress import Progress
from deploy.project import SetupError

ABSENT = debian.Package("no-such-package-1414", "a test", provided=lambda: False)


def test_an_installed_package_is_told_from_one_that_is_not() -> None:
    assert debian.installed("dpkg")
    assert not debian.installed(ABSENT.name)


def test_a_package_whose_purpose_is_served_otherwise_is_not_missing() -> None:
    served = debian.Package(ABSENT.name, "a test", provided=lambda: True)
    assert debian.missing([served, ABSENT, debian.Package("dpkg", "a test", provided=lambda: False)]) == [ABSENT]


def test_without_the_right_to_install_the_line_to_type_is_given(
    progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError) as raised:
        debian.ensure([ABSENT], progress, tmp_path / "log")
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends no-such-package-1414"
    assert str(raised.value) == f"Needed and not found: no-such-package-1414 (a test). Type: {line}"


def test_nothing_is_done_when_nothing_is_missing(progress: Progress, tmp_path: Path) -> None:
    debian.ensure([debian.Package("dpkg", "a test", provided=lambda: False)], progress, tmp_path / "log")
    assert list(tmp_path.iterdir()) == []


def test_the_browser_named_in_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/browser")
    assert debian.chromium() == "/opt/browser"
    monkeypatch.delenv("CHROMIUM")
    assert debian.chromium() in {
        shutil.which("chromium"),
        shutil.which("chromium-browser"),
        shutil.which("google-chrome"),
    }

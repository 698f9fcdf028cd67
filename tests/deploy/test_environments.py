"""Installing pinned requirements with the project's own uv, from a folder of wheels or from a registry that is down."""

import base64
import hashlib
import os
import socket
import zipfile
from pathlib import Path

import pytest

from deploy import environments
from deploy.environments import Environment
from deploy.progress import Progress
from deploy.project import Project, SetupError, this_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / ".tools").symlink_to(this_project().tools)
    return Project(tmp_path)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment("example", "3.12", tmp_path / "environment", tmp_path / "requirements.txt", 1, "1 s")


def wheel(folder: Path, version: str) -> str:
    """Write a wheel of the package `example1414` and return its requirement line."""
    info = f"example1414-{version}.dist-info"
    files = {
        "example1414.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: example1414\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    records = [f"{name},sha256={_record_hash(text)},{len(text)}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*records, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(exist_ok=True)
    path = folder / f"example1414-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return f"example1414=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _record_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def offline(tmp_path: Path) -> dict[str, str]:
    wheels = {"UV_FIND_LINKS": str(tmp_path / "wheels"), "UV_NO_INDEX": "1", "UV_OFFLINE": "1"}
    return {**os.environ, **wheels, "UV_CACHE_DIR": str(tmp_path / "cache")}


def installed_version(environment: Environment) -> str:
    (package,) = environment.folder.glob("lib/python3.12/site-packages/example1414-*.dist-info")
    return package.name.removeprefix("example1414-").removesuffix(".dist-info")


def test_it_installs_once_and_again_only_when_the_requirements_changed(
    project: Project, environment: Environment, progress: Progress, tmp_path: Path
) -> None:
    first, second = wheel(tmp_path / "wheels", "1.0"), wheel(tmp_path / "wheels", "2.0")
    environment.requirements.write_text(first)
    assert not environment.is_current()
    environments.synchronise(environment, project, progress, offline(tmp_path))
    assert environment.is_current()
    assert installed_version(environment) == "1.0"
    environment.requirements.write_text(second)
    assert not environment.is_current()
    environments.synchronise(environment, project, progress, offline(tmp_path))
    assert installed_version(environment) == "2.0"


def test_a_package_with_another_hash_is_refused(
    project: Project, environment: Environment, progress: Progress, tmp_path: Path
) -> None:
    line = wheel(tmp_path / "wheels", "1.0")
    environment.requirements.write_text(line[:-5] + "0000\n")
    with pytest.raises(SetupError, match="Installing example failed"):
        environments.synchronise(environment, project, progress, offline(tmp_path))
    assert not environment.is_current()


def test_a_registry_that_is_down_gives_one_sentence_with_its_address(
    project: Project, environment: Environment, progress: Progress, tmp_path: Path
) -> None:
    environment.requirements.write_text(wheel(tmp_path / "elsewhere", "1.0"))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: it refuses
        registry = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        variables = {"UV_DEFAULT_INDEX": registry, "UV_HTTP_RETRIES": "0", "UV_CACHE_DIR": str(tmp_path / "cache")}
        with pytest.raises(SetupError) as raised:
            environments.synchronise(environment, project, progress, {**os.environ, **variables})
    sentence = str(raised.value)
    assert sentence.startswith(f"Installing example failed because the registry {registry}")
    assert "UV_DEFAULT_INDEX" in sentence
    assert "\n" not in sentence
    assert not environment.is_current()


def test_too_little_space_is_said_before_anything_is_made(project: Project, progress: Progress, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(wheel(tmp_path / "wheels", "1.0"))
    huge = Environment("example", "3.12", tmp_path / "environment", requirements, 10**12, "1 s")
    with pytest.raises(SetupError, match=r"The disk is too full: example takes 1000000000000 MB .* MB are free"):
        environments.synchronise(huge, project, progress, offline(tmp_path))
    assert not huge.folder.exists()

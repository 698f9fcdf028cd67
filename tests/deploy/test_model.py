"""When the Rasa model is trained again, and that a failed training leaves nothing that could be taken."""

from pathlib import Path

import pytest

from deploy import model
from deploy.progress import Progress
from deploy.project import Project, SetupError

SOURCES = ("config.yml", "domain.yml", "data/nlu/ru/greet.yml", "nlu/classifier.py", "nlu/requirements.txt",
           "language/lexicon/kk.txt", "kb/aspects.py",
           "kb/aspect_examples/ru.yml")  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in (
        *SOURCES,
        "README.md",
        "web/app.py",
        "kb/articles/a.yml",
        "nlu/__pycache__/classifier.cpython-310.pyc",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "models").mkdir()
    return Project(tmp_path)


@pytest.mark.parametrize("source", SOURCES)
def test_a_change_of_any_source_asks_for_another_model(project: Project, source: str) -> None:
    before = model.path_of(project)
    (project.root / source).write_text("changed")
    assert model.path_of(project) != before


def test_a_source_that_is_renamed_asks_for_another_model(project: Project) -> None:
    before = model.path_of(project)
    (project.root / "data/nlu/ru/greet.yml").rename(project.root / "data/nlu/ru/hello.yml")
    assert model.path_of(project) != before


@pytest.mark.parametrize(
    "other", ["README.md", "web/app.py", "kb/articles/a.yml", "nlu/__pycache__/classifier.cpython-310.pyc"]
)
def test_what_training_does_not_read_changes_nothing(project: Project, other: str) -> None:
    before = model.path_of(project)
    (project.root / other).write_text("changed")
    assert model.path_of(project) == before


def test_a_model_of_the_present_sources_is_taken_as_it_is(project: Project, progress: Progress) -> None:
    model.path_of(project).write_text("trained before")
    taken = model.ensure(project, progress)
    assert taken == model.path_of(project)
    assert taken.read_text() == "trained before"


def test_a_training_that_fails_leaves_no_model_of_the_present_sources(project: Project, progress: Progress) -> None:
    stale = project.models / "0123456789abcdef.tar.gz"
    stale.write_text("of other sources")
    with pytest.raises(SetupError, match="Training the Rasa model failed"):
        model.ensure(project, progress)  # this tree has no Rasa
    assert not model.path_of(project).exists()
    assert list(project.models.iterdir()) == [stale]


def rasa_that(project: Project, does: str) -> None:
    """Put a program in Rasa's place; it finds the folder for the model as its last argument."""
    project.nlu_python.parent.mkdir(parents=True)
    project.nlu_python.write_text(f"#!/bin/sh\nfor out; do :; done\n{does}\n")
    project.nlu_python.chmod(0o755)


def test_a_new_model_replaces_every_older_one(project: Project, progress: Progress) -> None:
    (project.models / "0123456789abcdef.tar.gz").write_text("of other sources")
    rasa_that(project, 'echo trained > "$out/model.tar.gz"')
    assert list(project.models.iterdir()) != [model.path_of(project)]
    taken = model.ensure(project, progress)
    assert list(project.models.iterdir()) == [taken]
    assert taken.read_text() == "trained\n"


def test_sources_that_change_during_the_training_make_it_void(project: Project, progress: Progress) -> None:
    rasa_that(project, 'echo trained > "$out/model.tar.gz"; echo changed > config.yml')
    with pytest.raises(SetupError, match="changed while it was trained"):
        model.ensure(project, progress)
    assert list(project.models.iterdir()) == []

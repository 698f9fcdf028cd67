"""Short answers to the assistant's own question."""

from __future__ import annotations

import pytest

from actions.complaint_fields import named_field, named_type
from actions.short_answers import chosen_place, says_unknown


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("первое", 0),
        ("второй вариант", 1),
        ("третье пожалуйста", 2),
        ("последнее", 2),
        ("2", 1),
        ("один", 0),
        ("бірінші", 0),
        ("екіншісі", 1),
        ("үшіншісін айтыңыз", 2),
        ("соңғысы", 2),
        ("четвёртое", None),
        ("7", None),
        ("первое или второе", None),
        ("паспорт", None),
        ("первое что я сделал это пошёл в цон", None),
    ],
)
def test_a_place_among_three(text: str, place: int | None) -> None:
    assert chosen_place(text, 3) == place


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("не знаю номера", True), ("я его не помню", True), ("нөмірін білмеймін", True), ("Иванов Иван", False)],
)
def test_not_knowing(text: str, unknown: bool) -> None:  # noqa: FBT001
    assert says_unknown(text) is unknown


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("на сотрудника", "2"),
        ("на порядок", "1"),
        ("қызмет тәртібіне", "1"),
        ("қызметкердің әрекетіне", "2"),
        ("не знаю", None),
    ],
)
def test_type_of_a_complaint(text: str, kind: str | None) -> None:
    assert named_type(text) == kind


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("фамилия неправильная", "official"),
        ("исправьте требования", "demands"),
        ("мекемені түзетіңіз", "body"),
        ("уәждерді өзгертейік", "motives"),
        ("орган и фамилия", None),
        ("всё", None),
    ],
)
def test_field_of_a_complaint(text: str, field: str | None) -> None:
    assert named_field(text, "2") == field

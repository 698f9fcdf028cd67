from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.logs import MaskingFormatter
from observability.masking import mask


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("ИИН 850101300121", "850101300121"),
        ("тел. +7 (701) 234-56-78", "234-56"),
        ("87012345678", "870123456"),
        ("номер 0026 1045 0011", "1045"),
        ("пишите aigul.s@mail.kz", "aigul"),
        ("GET /applications/002610450132?iin=850101300121", "8501013001"),
        ("заявка KZ45VAA00128877", "VAA00128877"),
    ],
)
def test_personal_data_is_hidden(text: str, hidden: str) -> None:
    assert hidden not in mask(text)


@pytest.mark.parametrize(
    "text", ["2026-11-22T18:44:07.120Z web INFO started", "127.0.0.1:8000", "26-000042", "102", "5"]
)
def test_what_operators_need_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(), st.from_regex(r"\d{12}", fullmatch=True), st.text())
def test_no_iin_survives_in_any_surroundings(before: str, iin: str, after: str) -> None:
    assert f" {iin} " not in mask(f"{before} {iin} {after}")


def test_arguments_and_tracebacks_of_a_log_record_are_masked() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter("test"))
    logger = logging.getLogger("masked")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        int("bad number 850101300121")
    except ValueError:
        logger.exception("from %s", "87012345678")
    written = stream.getvalue()
    assert " test ERROR masked " in written
    assert "850101300121" not in written
    assert "87012345678" not in written

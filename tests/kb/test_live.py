"""What is published reaches every process that serves, and a database that is gone takes nothing away."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from database.base import now
from database.engine import Database
from kb.announcements import Announcements, Notice, NoticeConflictError
from kb.base import KnowledgeBase
from kb.live import LiveKnowledge
from kb.questions import Questions
from kb.store import ArticleStore
from kb.tables import AnnouncementLevel, QuestionKind

if TYPE_CHECKING:
    from pathlib import Path

CODE = "ID_CARD"
WORD = "құжатнама"


@pytest.fixture(scope="module")
def served() -> KnowledgeBase:
    """Return a knowledge base of this module's own: these tests change it."""
    return KnowledgeBase.load()


async def publish(store: ArticleStore, **cells: str) -> None:
    head = (await store.standing(CODE)).head
    draft = await store.save(CODE, {**head.cells, **cells}, "aigul", base=head.number)
    await store.submit(CODE, draft.number, "правка")
    await store.approve(CODE, draft.number, "serik")


async def test_a_publication_is_served_elsewhere_within_two_seconds(database: Database, served: KnowledgeBase) -> None:
    await LiveKnowledge(served, database).begin()
    elsewhere = LiveKnowledge(served, database)
    polling = asyncio.create_task(elsewhere.keep_fresh())
    try:
        await asyncio.sleep(1.2)
        store = ArticleStore(database)
        text = "Удостоверение личности стоит {mrp:3}."
        aliases = f"{served.article(CODE).aliases.kk[0]}\n{WORD}"
        await publish(store, cost_short_ru=text, aliases_kk=aliases)
        await asyncio.sleep(2)
    finally:
        polling.cancel()
    assert served.answer(CODE, "cost", "ru").short == "Удостоверение личности стоит 3 МРП, то есть 12 975 тенге."
    assert served.find_service(WORD).codes == (CODE,)
    assert await elsewhere.check() is None


async def test_a_new_article_is_found_once_it_is_published(database: Database, served: KnowledgeBase) -> None:
    live = LiveKnowledge(served, database)
    await live.begin()
    store = ArticleStore(database)
    cells = (await store.standing(CODE)).head.cells
    names = {"name_ru": "Лицензия на единорога", "spoken_ru": "лицензия на единорога", "aliases_ru": "единорог"}
    draft = await store.create({**cells, **names, "code": "UNICORN"}, "aigul")
    await live.refresh()
    assert "UNICORN" not in served.codes
    await store.submit("UNICORN", draft.number, "новая услуга")
    await store.approve("UNICORN", draft.number, "serik")
    await live.refresh()
    assert served.find_service("как получить единорога").codes[0] == "UNICORN"


async def test_without_tables_the_files_are_served_and_it_is_said(tmp_path: Path, served: KnowledgeBase) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'not_made_yet.db'}")
    live = LiveKnowledge(served, database)
    await live.refresh()
    assert "does not answer" in str(await live.check())
    assert served.answer("PASSPORT", "cost", "kk").checked
    await database.upgrade()
    await live.refresh()
    assert "no articles yet" in str(await live.check())
    await live.begin()
    assert await live.check() is None
    await database.close()


async def test_a_published_text_that_no_longer_fits_the_schema_leaves_the_one_before(
    database: Database, served: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveKnowledge(served, database)
    await live.begin()
    before = served.answer(CODE, "cost", "ru")
    async with database.write() as session:
        store = ArticleStore(database)
        revision = await session.merge((await store.published([CODE]))[0])
        revision.cells = {"code": CODE}
    fresh = LiveKnowledge(served, database)
    await fresh.refresh()
    assert served.answer(CODE, "cost", "ru") == before
    assert f"{CODE}: published revision" in caplog.text


def notice(**values: object) -> Notice:
    start = now() - timedelta(hours=1)
    return Notice.model_validate(
        {
            "ru": "eGov.kz не работает.",
            "kk": "eGov.kz жұмыс істемейді.",
            "level": AnnouncementLevel.OUTAGE,
            "starts_at": start,
            "ends_at": start + timedelta(hours=2),
            **values,
        }
    )


async def test_an_announcement_is_shown_while_it_lasts(database: Database, served: KnowledgeBase) -> None:
    live = LiveKnowledge(served, database)
    await live.begin()
    announcements = Announcements(database)
    kept = await announcements.add(notice(), "aigul")
    later = notice(ru="Завтра.", starts_at=now() + timedelta(days=1), ends_at=now() + timedelta(days=2))
    await announcements.add(later, "aigul")
    await live.refresh()
    assert [shown.ru for shown in served.notices(now())] == ["eGov.kz не работает."]
    assert [shown.ru for shown in served.notices(now() + timedelta(days=1, minutes=1))] == ["Завтра."]
    await announcements.end(kept.id, "serik", edition=1)
    await live.refresh()
    assert served.notices(now()) == ()


async def test_the_second_to_change_an_announcement_hears_of_the_first(database: Database) -> None:
    announcements = Announcements(database)
    kept = await announcements.add(notice(), "aigul")
    await announcements.change(kept.id, notice(ru="Работает с перебоями."), "aigul", edition=kept.edition)
    with pytest.raises(NoticeConflictError) as conflict:
        await announcements.change(kept.id, notice(ru="Иначе."), "serik", edition=kept.edition)
    assert conflict.value.current is not None
    assert conflict.value.current.ru == "Работает с перебоями."


async def test_a_question_is_counted_masked_and_settled(database: Database) -> None:
    questions = Questions(database)
    for text in ("Как получить единорога? Мой ИИН 850101300121", "как получить ЕДИНОРОГА мой иин 850101300121"):
        await questions.record(text, "ru", QuestionKind.NOT_FOUND)
    await questions.record("   ", "ru", QuestionKind.NOT_FOUND)
    await questions.record("не то", "ru", QuestionKind.THUMBS_DOWN, service=CODE)
    waiting = await questions.waiting(10)
    assert [(q.kind, q.count) for q in waiting] == [(QuestionKind.NOT_FOUND, 2), (QuestionKind.THUMBS_DOWN, 1)]
    assert "8501013001" not in waiting[0].text
    assert await questions.settle(waiting[0].id, "aigul")
    assert not await questions.settle(waiting[0].id, "serik")
    assert [q.service for q in await questions.waiting(10)] == [CODE]

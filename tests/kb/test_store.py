"""The life of an article on a real database: draft, review, publication, history, return."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from kb.errors import (
    CodeTakenError,
    EditConflictError,
    OwnWorkError,
    UnfinishedError,
    UnknownRevisionError,
    UnknownServiceError,
    WrongStateError,
)
from kb.rows import to_row
from kb.store import ArticleStore
from kb.tables import RevisionState

if TYPE_CHECKING:
    from database.engine import Database
    from kb.schema import Article
    from kb.tables import Revision

CODE = "ID_CARD"
NEW_TEXT = "Удостоверение личности стоит {mrp:0.3}."


async def edited(store: ArticleStore, author: str = "aigul", text: str = NEW_TEXT) -> Revision:
    head = (await store.standing(CODE)).head
    return await store.save(CODE, {**head.cells, "cost_short_ru": text}, author, base=head.number)


async def published_text(store: ArticleStore) -> str:
    return (await store.published([CODE]))[0].cells["cost_short_ru"]


async def test_the_first_start_publishes_the_files_and_a_second_changes_nothing(
    store: ArticleStore, articles: dict[str, Article]
) -> None:
    assert {revision.code: revision.cells for revision in await store.published()} == {
        code: to_row(article) for code, article in articles.items()
    }
    version = await store.version()
    assert await store.seed(articles) == 0
    assert await store.version() == version


async def test_a_newer_release_corrects_what_no_person_has_touched(
    store: ArticleStore, articles: dict[str, Article]
) -> None:
    draft = await edited(store)
    newer = {code: article.model_copy(update={"sources": ("новый закон",)}) for code, article in articles.items()}
    assert await store.seed({code: newer[code] for code in (CODE, "PASSPORT")}) == 1
    assert (await store.published(["PASSPORT"]))[0].cells["sources"] == "новый закон"
    assert (await store.standing(CODE)).head.number == draft.number


async def test_two_processes_may_seed_at_once(database: Database, articles: dict[str, Article]) -> None:
    counts = await asyncio.gather(*(ArticleStore(database).seed(articles) for _ in range(3)))
    assert sorted(counts) == [0, 0, len(articles)]


async def test_nothing_is_told_before_another_person_approved_it(store: ArticleStore) -> None:
    before, version = await published_text(store), await store.version()
    draft = await edited(store)
    assert draft.state is RevisionState.DRAFT
    await store.submit(CODE, draft.number, "пошлина изменилась")
    assert await published_text(store) == before
    assert await store.version() == version
    with pytest.raises(OwnWorkError):
        await store.approve(CODE, draft.number, "aigul")
    approved = await store.approve(CODE, draft.number, "serik", "проверил по закону")
    assert await published_text(store) == NEW_TEXT
    assert (await store.version() or 0) > (version or 0)
    assert (approved.author, approved.reviewer, approved.reason) == ("aigul", "serik", "пошлина изменилась")
    assert approved.decided_at is not None


async def test_who_wrote_an_earlier_draft_of_it_may_not_approve_it_either(store: ArticleStore) -> None:
    await edited(store, "aigul", "Удостоверение личности стоит {mrp:0.4}.")
    draft = await edited(store, "serik")
    await store.submit(CODE, draft.number, "вдвоём")
    for author in ("aigul", "serik"):
        with pytest.raises(OwnWorkError):
            await store.approve(CODE, draft.number, author)
    await store.approve(CODE, draft.number, "dana")


async def test_the_second_to_save_hears_of_the_first_and_the_first_text_stays(store: ArticleStore) -> None:
    base = (await store.standing(CODE)).head
    first = await edited(store, "aigul")
    with pytest.raises(EditConflictError) as conflict:
        await store.save(CODE, {**base.cells, "cost_short_ru": "Бесплатно."}, "serik", base=base.number)
    assert conflict.value.head.author == "aigul"
    assert (await store.standing(CODE)).head.number == first.number


async def test_of_many_who_save_at_once_one_wins(store: ArticleStore) -> None:
    base = (await store.standing(CODE)).head
    saves = (
        store.save(CODE, {**base.cells, "cost_short_ru": f"Стоит {n} тенге."}, f"editor{n}", base=base.number)
        for n in range(8)
    )
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(outcome, EditConflictError) for outcome in outcomes) == 7
    assert len(await store.history(CODE)) == 2


async def test_saving_the_same_text_again_makes_no_revision(store: ArticleStore) -> None:
    draft = await edited(store)
    again = await store.save(CODE, draft.cells, "aigul", base=draft.number)
    assert again.number == draft.number


async def test_an_unfinished_draft_is_kept_but_goes_no_further(store: ArticleStore) -> None:
    draft = await edited(store, text="")
    assert "cost_short_ru" not in draft.cells
    with pytest.raises(UnfinishedError) as unfinished:
        await store.submit(CODE, draft.number, "хочу опубликовать")
    assert [(p.column, p.kind) for p in unfinished.value.problems] == [("cost_short_ru", "missing")]
    assert (await store.standing(CODE)).head.state is RevisionState.DRAFT


async def test_a_rejected_text_goes_back_to_its_author_with_a_word(store: ArticleStore) -> None:
    draft = await edited(store)
    await store.submit(CODE, draft.number, "пошлина")
    await store.reject(CODE, draft.number, "serik", "нет источника")
    head = (await store.standing(CODE)).head
    assert (head.state, head.verdict, head.cells) == (RevisionState.REJECTED, "нет источника", draft.cells)
    with pytest.raises(WrongStateError):
        await store.approve(CODE, draft.number, "dana")
    again = await edited(store, text="Удостоверение личности стоит {mrp:0.2}.")
    assert again.state is RevisionState.DRAFT


async def test_a_change_during_review_needs_a_new_review(store: ArticleStore) -> None:
    draft = await edited(store)
    await store.submit(CODE, draft.number, "пошлина")
    await edited(store, text="Удостоверение личности выдают бесплатно.")
    with pytest.raises(WrongStateError):
        await store.approve(CODE, draft.number, "serik")


async def test_withdrawn_work_stays_in_the_history(store: ArticleStore) -> None:
    before = await published_text(store)
    draft = await edited(store)
    await store.withdraw(CODE, draft.number)
    standing = await store.standing(CODE)
    assert standing.head.state is RevisionState.PUBLISHED
    assert standing.head.cells["cost_short_ru"] == before
    assert (await store.revision(CODE, draft.number)).cells == draft.cells
    with pytest.raises(WrongStateError):
        await store.withdraw(CODE, draft.number)


async def test_a_return_to_an_old_text_goes_through_review(store: ArticleStore) -> None:
    first = (await store.standing(CODE)).head
    draft = await edited(store)
    await store.submit(CODE, draft.number, "пошлина")
    await store.approve(CODE, draft.number, "serik")
    back = await store.roll_back(CODE, first.number, "serik", base=draft.number, reason="закон не вступил в силу")
    assert back.cells == first.cells
    assert await published_text(store) == NEW_TEXT
    await store.submit(CODE, back.number, back.reason)
    await store.approve(CODE, back.number, "aigul")
    assert await published_text(store) == first.cells["cost_short_ru"]
    assert [r.state for r in await store.history(CODE)] == [
        RevisionState.PUBLISHED,
        RevisionState.SUPERSEDED,
        RevisionState.SUPERSEDED,
    ]


async def test_a_new_article_begins_as_a_draft_with_a_code_of_its_own(store: ArticleStore) -> None:
    row = {**(await store.standing(CODE)).head.cells, "code": "NEW_SERVICE"}
    draft = await store.create(row, "aigul")
    assert (await store.standing("NEW_SERVICE")).published is None
    with pytest.raises(CodeTakenError):
        await store.create(row, "serik")
    with pytest.raises(UnfinishedError):
        await store.create({**row, "code": "новая услуга"}, "aigul")
    await store.submit("NEW_SERVICE", draft.number, "новая услуга")
    await store.approve("NEW_SERVICE", draft.number, "serik")
    assert len(await store.published(["NEW_SERVICE"])) == 1


async def test_articles_reviewed_in_git_are_taken_over_unless_someone_works_on_them(
    store: ArticleStore, articles: dict[str, Article]
) -> None:
    await edited(store)
    changed = {code: articles[code].model_copy(update={"sources": ("закон",)}) for code in (CODE, "PASSPORT")}
    assert await store.take_over(changed | {"ASP": articles["ASP"]}, "git", "слияние") == (["PASSPORT"], [CODE])
    passport = (await store.published(["PASSPORT"]))[0]
    assert (passport.cells["sources"], passport.author, passport.number) == ("закон", "git", 2)


async def test_what_is_not_there_is_said(store: ArticleStore) -> None:
    with pytest.raises(UnknownServiceError):
        await store.standing("NO_SUCH")
    with pytest.raises(UnknownServiceError):
        await store.history("NO_SUCH")
    with pytest.raises(UnknownServiceError):
        await store.save("NO_SUCH", {}, "aigul", base=1)
    with pytest.raises(UnknownRevisionError):
        await store.revision(CODE, 99)

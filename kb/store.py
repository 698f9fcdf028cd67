"""Owns the life of an article in the database: draft, review by another person, publication, history, return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from database.base import now
from kb.errors import (
    CodeTakenError,
    EditConflictError,
    OwnWorkError,
    UnfinishedError,
    UnknownRevisionError,
    UnknownServiceError,
    WrongStateError,
)
from kb.rows import read_row, tidy, to_row
from kb.tables import ArticleRow, KnowledgeVersion, Revision, RevisionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database
    from kb.rows import Row
    from kb.schema import Article

SEED_AUTHOR: Final = "yaml"
OPEN: Final = (RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.REJECTED)
"""Work that is not done: what an editor goes on with."""
_VERSION_ROW: Final = 1


@dataclass(frozen=True)
class Standing:
    """An article in the list: the revision that an editor goes on with, and the one that citizens are told."""

    head: Revision
    published: Revision | None


async def raise_version(session: AsyncSession) -> None:
    """Tell every reader that there is something new, in the same transaction as it."""
    version = await session.get(KnowledgeVersion, _VERSION_ROW, with_for_update=True)
    if version is None:
        session.add(KnowledgeVersion(id=_VERSION_ROW, number=1))
    else:
        version.number += 1


class ArticleStore:
    """The articles with all their revisions. Every step names the person who takes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int | None:
        """Return a number that grows with every publication, None while nothing was ever published."""
        async with self._database.read() as session:
            return await session.scalar(select(KnowledgeVersion.number))

    async def published_numbers(self) -> dict[str, int]:
        """Return the number of the published revision by service code."""
        async with self._database.read() as session:
            rows = await session.execute(
                select(ArticleRow.code, ArticleRow.published).where(ArticleRow.published.is_not(None))
            )
            return {code: number for code, number in rows if number is not None}

    async def published(self, codes: Iterable[str] | None = None) -> list[Revision]:
        """Return the published revisions, of all articles or of some, in the order of the codes."""
        async with self._database.read() as session:
            query = select(Revision).where(Revision.state == RevisionState.PUBLISHED).order_by(Revision.code)
            if codes is not None:
                query = query.where(Revision.code.in_(list(codes)))
            return list(await session.scalars(query))

    async def standings(self) -> dict[str, Standing]:
        """Return where every article stands, by code in their order."""
        async with self._database.read() as session:
            states = (*OPEN, RevisionState.PUBLISHED)
            query = select(Revision).where(Revision.state.in_(states)).order_by(Revision.code, Revision.number)
            found: dict[str, Standing] = {}
            for revision in await session.scalars(query):
                before = found.get(revision.code)
                is_published = revision.state is RevisionState.PUBLISHED
                told = revision if is_published else before.published if before else None
                found[revision.code] = Standing(revision, told)
            return found

    async def standing(self, code: str) -> Standing:
        """Return where one article stands.

        Raises:
            UnknownServiceError: there is none with this code.

        """
        async with self._database.read() as session:
            return await _standing(session, code)

    async def revision(self, code: str, number: int) -> Revision:
        """Return one revision.

        Raises:
            UnknownRevisionError: there is none with this code and number.

        """
        async with self._database.read() as session:
            return await _revision(session, code, number)

    async def history(self, code: str) -> list[Revision]:
        """Return every revision of an article, newest first.

        Raises:
            UnknownServiceError: there is none with this code.

        """
        async with self._database.read() as session:
            query = select(Revision).where(Revision.code == code).order_by(Revision.number.desc())
            revisions = list(await session.scalars(query))
        if not revisions:
            raise UnknownServiceError(f"no article has the code {code!r}")
        return revisions

    async def authors(self, code: str, number: int) -> set[str]:
        """Return who wrote a revision and the drafts it was made from: none of them may approve it.

        Raises:
            UnknownRevisionError: there is no such revision.

        """
        async with self._database.read() as session:
            return await _authors(session, await _revision(session, code, number))

    async def seed(self, articles: Mapping[str, Article]) -> int:
        """Publish the files' articles that no person has written on since they came from a file; return how many.

        So the first start fills an empty database, and a newer release brings its corrections without touching the
        editors' work.
        """
        try:
            return await self._seed(articles)
        except IntegrityError:  # another process did it at this very moment
            return await self._seed(articles)

    async def _seed(self, articles: Mapping[str, Article]) -> int:
        async with self._database.write() as session:
            rows = {row.code: row for row in await session.scalars(select(ArticleRow))}
            heads = {revision.code: revision for revision in await session.scalars(_newest())}
            count = 0
            for code, article in articles.items():
                head = heads.get(code)
                if head is None or (head.author == SEED_AUTHOR and head.cells != to_row(article)):
                    await _publish_unreviewed(session, rows.get(code) or ArticleRow(code=code, last=0), article)
                    count += 1
            if count:
                await raise_version(session)
            return count

    async def take_over(self, articles: Mapping[str, Article], author: str, reason: str) -> tuple[list[str], list[str]]:
        """Publish articles that were reviewed elsewhere (in git): those that differ from what is published.

        Returns the codes that were published, and those left alone because someone works on them.
        """
        taken, busy = [], []
        async with self._database.write() as session:
            for code, article in articles.items():
                row = await session.get(ArticleRow, code, with_for_update=True)
                standing = await _standing(session, code) if row else None
                if standing and standing.published and standing.published.cells == to_row(article):
                    continue
                if standing and standing.head.state in OPEN:
                    busy.append(code)
                    continue
                row = row or ArticleRow(code=code, last=0)
                await _publish_unreviewed(session, row, article, author=author, reason=reason)
                taken.append(code)
            if taken:
                await raise_version(session)
        return taken, busy

    async def create(self, row: Row, author: str, reason: str = "") -> Revision:
        """Keep the first draft of a new article.

        Raises:
            UnfinishedError: the code is missing or has a wrong form.
            CodeTakenError: there is an article with this code.

        """
        cells = tidy(row)
        if problem := read_row(cells, _today()).problem("code"):
            raise UnfinishedError([problem])
        code = cells["code"]
        try:
            async with self._database.write() as session:
                if await session.get(ArticleRow, code) is not None:
                    raise CodeTakenError(code)
                article = ArticleRow(code=code, last=0)
                session.add(article)
                await session.flush()
                return await _append(session, article, cells, author=author, reason=reason, base=None)
        except IntegrityError as error:  # another process was faster
            raise CodeTakenError(code) from error

    async def save(self, code: str, row: Row, author: str, *, base: int, reason: str = "") -> Revision:
        """Keep a draft, finished or not, made from revision `base`; the code itself stays as it is.

        Raises:
            UnknownServiceError: there is none with this code.
            EditConflictError: `base` is not the newest: someone else saved or published meanwhile.

        """
        cells = tidy({**row, "code": code})
        async with self._database.write() as session:
            article = await _locked(session, code)
            head = (await _standing(session, code)).head
            if head.number != base:
                session.expunge(head)  # the rollback would empty it
                raise EditConflictError(head)
            if head.cells == cells and head.state is not RevisionState.REJECTED:
                return head
            await _supersede_open(session, code)
            return await _append(session, article, cells, author=author, reason=reason, base=base)

    async def submit(self, code: str, number: int, reason: str) -> Revision:
        """Send a draft to another person for review, with the reason of the change.

        Raises:
            WrongStateError: it is not the newest draft of its article.
            UnfinishedError: it does not pass the checks.

        """
        async with self._database.write() as session:
            revision = await _expected(session, code, number, RevisionState.DRAFT)
            reading = read_row(revision.cells, _today())
            if reading.problems:
                raise UnfinishedError(reading.problems)
            revision.state = RevisionState.IN_REVIEW
            revision.reason = reason
            return revision

    async def approve(self, code: str, number: int, reviewer: str, verdict: str = "") -> Revision:
        """Publish what is under review; readers have it within two seconds.

        Raises:
            WrongStateError: it is not under review any more.
            OwnWorkError: the reviewer wrote a part of it.
            UnfinishedError: it does not pass the checks (any more).

        """
        async with self._database.write() as session:
            revision = await self._under_review(session, code, number, reviewer)
            reading = read_row(revision.cells, _today())
            if reading.problems:
                raise UnfinishedError(reading.problems)
            article = await _locked(session, code)
            _decide(revision, reviewer, verdict)
            await _publish(session, article, revision)
            await raise_version(session)
            return revision

    async def reject(self, code: str, number: int, reviewer: str, verdict: str) -> Revision:
        """Give what is under review back to its author, with a word on why.

        Raises:
            WrongStateError: it is not under review any more.
            OwnWorkError: the reviewer wrote a part of it.

        """
        async with self._database.write() as session:
            revision = await self._under_review(session, code, number, reviewer)
            _decide(revision, reviewer, verdict)
            revision.state = RevisionState.REJECTED
            return revision

    async def withdraw(self, code: str, number: int) -> None:
        """Drop the open work on an article; it stays in the history, and what is published stays published.

        Raises:
            WrongStateError: `number` is not the newest open revision.

        """
        async with self._database.write() as session:
            await _locked(session, code)
            await _expected(session, code, number, *OPEN)
            await _supersede_open(session, code)

    async def roll_back(self, code: str, number: int, author: str, *, base: int, reason: str) -> Revision:
        """Make the text of an old revision the newest draft, which goes through review like any other.

        Raises:
            UnknownRevisionError: there is no such revision.
            EditConflictError: `base` is not the newest.

        """
        old = await self.revision(code, number)
        return await self.save(code, old.cells, author, base=base, reason=reason)

    @staticmethod
    async def _under_review(session: AsyncSession, code: str, number: int, reviewer: str) -> Revision:
        revision = await _expected(session, code, number, RevisionState.IN_REVIEW)
        if reviewer in await _authors(session, revision):
            raise OwnWorkError(f"{code}: {reviewer} wrote a part of revision {number}")
        return revision


def _today() -> date:
    return now().date()


def _newest() -> Select[Revision]:
    newest = (Revision.code == ArticleRow.code) & (Revision.number == ArticleRow.last)
    return select(Revision).join(ArticleRow, newest)


async def _standing(session: AsyncSession, code: str) -> Standing:
    states = (*OPEN, RevisionState.PUBLISHED)
    query = select(Revision).where(Revision.code == code, Revision.state.in_(states)).order_by(Revision.number)
    revisions = list(await session.scalars(query))
    if not revisions:
        raise UnknownServiceError(f"no article has the code {code!r}")
    told = next((revision for revision in revisions if revision.state is RevisionState.PUBLISHED), None)
    return Standing(revisions[-1], told)


async def _revision(session: AsyncSession, code: str, number: int) -> Revision:
    revision = await session.get(Revision, (code, number))
    if revision is None:
        raise UnknownRevisionError(f"the article {code!r} has no revision {number}")
    return revision


async def _locked(session: AsyncSession, code: str) -> ArticleRow:
    """Return the article, held against other writers until the transaction ends."""
    article = await session.get(ArticleRow, code, with_for_update=True)
    if article is None:
        raise UnknownServiceError(f"no article has the code {code!r}")
    return article


async def _expected(session: AsyncSession, code: str, number: int, *states: RevisionState) -> Revision:
    """Return the newest revision, if it is `number` and in one of `states`."""
    await _locked(session, code)
    head = (await _standing(session, code)).head
    if head.number != number or head.state not in states:
        raise WrongStateError(f"{code}: revision {number} is not the newest, or not {' or '.join(states)}")
    return head


async def _append(
    session: AsyncSession,
    article: ArticleRow,
    cells: dict[str, str],
    *,
    author: str,
    reason: str,
    base: int | None,
    state: RevisionState = RevisionState.DRAFT,
) -> Revision:
    article.last += 1
    revision = Revision(
        code=article.code,
        number=article.last,
        state=state,
        cells=cells,
        base=base,
        author=author,
        reason=reason,
        verdict="",
    )
    session.add(revision)
    await session.flush()
    return revision


async def _supersede_open(session: AsyncSession, code: str) -> None:
    open_ones = update(Revision).where(Revision.code == code, Revision.state.in_(OPEN))
    await session.execute(open_ones.values(state=RevisionState.SUPERSEDED))


async def _publish(session: AsyncSession, article: ArticleRow, revision: Revision) -> None:
    told_before = update(Revision).where(Revision.code == article.code, Revision.state == RevisionState.PUBLISHED)
    await session.execute(told_before.values(state=RevisionState.SUPERSEDED))
    revision.state = RevisionState.PUBLISHED
    article.published = revision.number


async def _publish_unreviewed(
    session: AsyncSession, row: ArticleRow, article: Article, *, author: str = SEED_AUTHOR, reason: str = ""
) -> None:
    session.add(row)
    await session.flush()
    before = row.published
    revision = await _append(session, row, to_row(article), author=author, reason=reason, base=before)
    revision.decided_at = revision.created_at
    await _publish(session, row, revision)
    await session.flush()


async def _authors(session: AsyncSession, revision: Revision) -> set[str]:
    """Return who wrote the revision and the drafts it was made from, back to what citizens are told."""
    authors = {revision.author}
    article = await session.get(ArticleRow, revision.code)
    told = (article.published if article else None) or 0
    number = revision.base
    while number is not None and number > told:
        earlier = await _revision(session, revision.code, number)
        authors.add(earlier.author)
        number = earlier.base
    return authors


def _decide(revision: Revision, reviewer: str, verdict: str) -> None:
    revision.reviewer = reviewer
    revision.verdict = verdict
    revision.decided_at = now()

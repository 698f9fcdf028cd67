"""Owns the knowledge base as the rest of the product sees it: load once, search, read an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kb.aspects import ASPECTS, AspectRecogniser
from kb.clauses import asking_clauses, clauses
from kb.errors import UnknownServiceError
from kb.loader import read_articles, read_common_refusal, read_directory
from kb.rates import read_rates, render
from kb.search import CHOICES_MAX, Match, PhraseIndex, SearchHit, decide, without_shared_words
from language import LANGUAGES
from language.detection import detect
from language.negation import split_denied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kb.announcements import Notice
    from kb.aspects import Aspect
    from kb.schema import Article, CompetentBody, Fact
    from language import Language

FOLDER: Final = Path(__file__).parent
_BODY_SCORE: Final = 0.45
_TOLD_APART: Final = 0.3
"""Score that a service keeps when the words which many services share are left out."""
_TELLING_CLAUSE: Final = 3
"""Words from which on a clause of a story may name a service («не согласен» alone does not)."""
_NOT_CHECKED: Final[Mapping[Language, str]] = {
    "ru": "Проверенных сведений об этом пока нет. Их даёт {provider}.",
    "kk": "Бұл туралы тексерілген мәлімет әзірге жоқ. Оны мына мекеме береді: {provider}.",
}


@dataclass(frozen=True)
class Answer:
    """What may be told of one aspect: `checked` is False when nothing reliable is known, and then there is no text."""

    service: str
    aspect: Aspect
    checked: bool
    short: str
    on_screen: str
    reviewed_at: date
    source: str


@dataclass(frozen=True)
class ServiceSummary:
    """A service in a list."""

    code: str
    name: str
    spoken: str
    provider: str


@dataclass(frozen=True)
class BodyAnswer:
    """A competent body that a question belongs to, in one language (rule 10)."""

    code: str
    name: str
    emergency: bool
    short: str
    on_screen: str
    reviewed_at: date
    source: str


def _phrases(article: Article) -> Iterator[tuple[str, Language]]:
    """Yield what people call a service."""
    for language in LANGUAGES:
        yield getattr(article.name, language), language
        yield getattr(article.spoken, language), language
        for alias in getattr(article.aliases, language):
            yield alias, language


class KnowledgeBase:
    """All articles, the directory of competent bodies and their search indexes, in memory."""

    def __init__(
        self,
        articles: Mapping[str, Article],
        bodies: tuple[CompetentBody, ...],
        refusal: Fact,
        rates: Mapping[int, int],
    ) -> None:
        self._articles = articles
        self._bodies = {body.code: body for body in bodies}
        self._refusal = refusal
        self._rates = rates
        self._services_index = PhraseIndex(
            (article.code, phrase, language) for article in articles.values() for phrase, language in _phrases(article)
        )
        self._bodies_index = PhraseIndex(
            (body.code, phrase, language)
            for body in bodies
            for language in LANGUAGES
            for phrase in (getattr(body.name, language), *getattr(body.topics, language))
        )
        self._emergencies_index = PhraseIndex(
            (body.code, phrase, language)
            for body in bodies
            if body.emergency
            for language in LANGUAGES
            for phrase in getattr(body.topics, language)
            if " " in phrase  # «инсульт» alone may be said of a benefit after one
        )
        self._aspects = AspectRecogniser.load()
        self._notices: tuple[Notice, ...] = ()

    @classmethod
    def load(cls, folder: Path = FOLDER) -> KnowledgeBase:
        """Read the files of a knowledge-base folder.

        Raises:
            KnowledgeError: one of them cannot be used (the message names file and line).

        """
        return cls(
            read_articles(folder / "articles"),
            read_directory(folder / "directory.yml"),
            read_common_refusal(folder / "common.yml"),
            read_rates(folder / "rates.yml"),
        )

    def replace(self, articles: Iterable[Article]) -> None:
        """Put in articles, new or in the place of those with the same codes. Readers go on meanwhile."""
        for article in articles:
            before = self._articles.get(article.code)
            self._articles = dict(sorted({**self._articles, article.code: article}.items()))
            phrases = list(_phrases(article))
            if before is None or phrases != list(_phrases(before)):
                self._services_index.replace(article.code, phrases)

    def announce(self, notices: Iterable[Notice]) -> None:
        """Put in the announcements, in the place of those before."""
        self._notices = tuple(notices)

    def notices(self, at: datetime) -> tuple[Notice, ...]:
        """Return the announcements that hold at a moment."""
        return tuple(notice for notice in self._notices if notice.is_shown(at))

    @property
    def codes(self) -> tuple[str, ...]:
        """All service codes, sorted."""
        return tuple(self._articles)

    def article(self, code: str) -> Article:
        """Return one article.

        Raises:
            UnknownServiceError: there is none with this code.

        """
        try:
            return self._articles[code]
        except KeyError:
            raise UnknownServiceError(f"no service has the code {code!r}") from None

    def services(self, language: Language) -> list[ServiceSummary]:
        """Return every service, sorted by its name in that language."""
        summaries = (
            ServiceSummary(
                article.code,
                getattr(article.name, language),
                getattr(article.spoken, language),
                getattr(article.provider, language),
            )
            for article in self._articles.values()
        )
        return sorted(summaries, key=lambda summary: summary.name)

    def aspect_of(self, question: str) -> Aspect | None:
        """Return the aspect that a question asks about, None when it names none."""
        return self._aspects.recognise(question)

    def aspects_of(self, question: str) -> tuple[Aspect, ...]:
        """Return the aspects that the clauses of a question ask about one by one, none when they are not several."""
        found = dict.fromkeys(self.aspect_of(clause) for clause in asking_clauses(question))
        asked = tuple(aspect for aspect in found if aspect not in (None, "general"))
        return asked if len(asked) > 1 else ()

    def find_service(self, question: str, language: Language | None = None) -> Match:
        """Say which service a question is about: one for sure, a choice, or none."""
        denied, meant = split_denied(question)
        if denied and self._named_surely(denied, language) and self._match(meant, language).kind != "none":
            question = meant
        found = self._match(question, language)
        return found if found.kind == "sure" else self._with_clauses(found, question, language)

    def named(self, question: str, language: Language | None = None) -> frozenset[str]:
        """Return the services that a question calls by a whole name of theirs."""
        return self._services_index.named(question, language)

    def _match(self, question: str, language: Language | None) -> Match:
        ranked = self._services_index.rank(question, language)
        found = decide(ranked)
        if found.kind == "sure" and not self._is_told_apart(found.codes[0], question, language):
            return Match("choice", tuple(code for code, _ in ranked[:CHOICES_MAX]), found.score)
        return found

    def _is_told_apart(self, code: str, question: str, language: Language | None) -> bool:
        """Tell whether a question names a service by more than the kind of paper or payment that many share."""
        rest = without_shared_words(question, language)
        return rest is None or dict(self._services_index.rank(rest, language)).get(code, 0.0) >= _TOLD_APART

    def _named_surely(self, text: str, language: Language | None) -> str | None:
        match = self._match(text, language)
        return match.codes[0] if match.kind == "sure" else None

    def _with_clauses(self, found: Match, question: str, language: Language | None) -> Match:
        """Offer first the services that single clauses of a story name surely."""
        parts = clauses(question)
        telling = [part for part in parts if len(part.split()) >= _TELLING_CLAUSE] if len(parts) > 1 else []
        named = [code for part in telling if (code := self._named_surely(part, language))]
        return Match("choice", tuple(dict.fromkeys((*named, *found.codes)))[:CHOICES_MAX]) if named else found

    def find_body(self, question: str, language: Language, *, rather_than: Match | None = None) -> BodyAnswer | None:
        """Return the competent body that a question belongs to.

        None when none fits well enough, or none better than the services of `rather_than`.
        """
        ranked = self._bodies_index.rank(question)
        if not ranked or ranked[0][1] < max(_BODY_SCORE, rather_than.score if rather_than else 0.0):
            return None
        return self._told_of(self._bodies[ranked[0][0]], language)

    def find_emergency(self, question: str, language: Language) -> BodyAnswer | None:
        """Return the emergency service of which a question says a whole topic («горит дом»), not a word of it."""
        named = sorted(self._emergencies_index.named(question))
        return self._told_of(self._bodies[named[0]], language) if named else None

    def _told_of(self, body: CompetentBody, language: Language) -> BodyAnswer | None:
        if not body.may_be_told(self._today()):
            return None
        wording = getattr(body, language)
        return BodyAnswer(
            body.code,
            getattr(body.name, language),
            body.emergency,
            wording.short,
            wording.on_screen,
            body.reviewed_at,
            body.source,
        )

    def answer(self, code: str, aspect: Aspect, language: Language) -> Answer:
        """Return what may be told of one aspect of a service today.

        Raises:
            UnknownServiceError: there is no such service.

        """
        article = self.article(code)
        fact = article.aspects.get(aspect) or (self._refusal if aspect == "refusal" else None)
        if fact is None or not fact.may_be_told(self._today()):
            reviewed_at, source = (fact or article).reviewed_at, fact.source if fact else article.sources[0]
            return Answer(code, aspect, checked=False, short="", on_screen="", reviewed_at=reviewed_at, source=source)
        wording = getattr(fact, language)
        return Answer(
            code,
            aspect,
            checked=True,
            short=self.render(wording.short, language, spoken=True),
            on_screen=self.render(wording.on_screen, language, spoken=False),
            reviewed_at=fact.reviewed_at,
            source=fact.source,
        )

    def render(self, text: str, language: Language, *, spoken: bool) -> str:
        """Return a text of an article as it is said or shown today, with this year's amounts."""
        return render(text, language, self._rates.get(self._today().year), spoken=spoken)

    def checked_aspects(self, code: str) -> tuple[Aspect, ...]:
        """Return the aspects of a service about which something may be told today, in their usual order.

        Raises:
            UnknownServiceError: there is no such service.

        """
        return tuple(aspect for aspect in ASPECTS if self.answer(code, aspect, "ru").checked)

    def search(self, question: str, language: Language | None = None, limit: int = 5) -> list[SearchHit]:
        """Return up to `limit` answers, best first; `language` None answers in the language of the question."""
        spoken: Language = language or detect(question).language or "ru"
        aspect = self.aspect_of(question)
        hits = []
        for code, score in self._services_index.rank(question, language)[:limit]:
            answer = self.answer(code, aspect or "general", spoken)
            article = self.article(code)
            text = answer.on_screen or _NOT_CHECKED[spoken].format(provider=getattr(article.provider, spoken))
            hits.append(SearchHit(code, aspect, getattr(article.name, spoken), text, round(score, 4)))
        return hits

    @staticmethod
    def _today() -> date:
        return datetime.now(timezone.utc).date()

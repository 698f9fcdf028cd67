"""Owns understanding a message inside the complaint form: the answer to its question, a command to it, or an aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from actions.complaint_fields import named_field
from actions.dictation import said_digits
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actions.turn import ComplaintType, Turn

Reply = Literal["answer", "back", "cancel", "aside"]

_LONGEST_COMMAND: Final = 4
_LONGEST_NO: Final = 2
_LONGEST_ASIDE: Final = 12

_CANCEL: Final = re.compile(
    r"\b(отмена|отменить|отменяй|отменяйте|отменяю|отмени|отмените|отменим)\b|\bпередумала?\b|не буду жаловаться|"
    r"не хочу жаловаться|прекратить|прекратим|\bхватит\b|\bстоп\b|не надо жалоб|"
    r"\bтокта(т|таныз|тайык|тшы)?\b|бас тарт(амын|у)\b|шагымданбаймын|^керек емес$|\bбарин токта"
)
_BACK: Final = re.compile(r"\bназад\b|вернись|вернит|вернуться|предыдущ|\bартка|\bкери\b|алдынгы")
_CORRECT: Final = re.compile(r"исправ|измени|поменя|помени|замени|тузет|озгерт|ауыстыр")

_COMPOSE: Final = re.compile(
    r"составь?|составля|помоги|напиш|пишите|\bпиши\b|оформ|\bдавай|\bхочу\b|начн[её]м|подам жалоб|"
    r"курастыр|курайык|\bжаз(айык|айын|амын|ыныз|сын|)\b|комектес|бастайык|шагым (бер|айт|тусир)"
)
_REFUSES: Final = re.compile(r"\bне\b(?! мо)|\bнет\b|\bжок\b|емес|керек емес")
_WHEN: Final = re.compile(
    r"когда (ответ|рассмотр|будет ответ|мне ответ)|сколько (ждать|рассматрив|времени|дней)|через сколько|"
    r"как долго|какой срок|"
    r"кашан (жауап|карай|болады)|жауап кашан|канша (кун|уакыт)|неше кун|мерзими канша"
)

# An intent that is an aside, with the most words it may come in; longer is the story being told.
_ASIDES: Final[Mapping[str, int]] = {
    "operator": 6,
    "repeat": 4,
    "change_language": 6,
    "goodbye": 4,
    "thanks": 3,
    "greet": 3,
    "abuse": 2,
}
_QUESTION_INTENTS: Final = frozenset(
    {
        "ask_service_procedure",
        "ask_status",
        "complaint_how",
        "contacts_hours",
        "ds_help",
        "chitchat_bot",
        "out_of_scope",
        "fraud",
    }
)
_SURE: Final = 0.8
_SURE_QUESTION: Final = 0.6
_QUESTION_OPENING: Final = re.compile(
    r"(а |и |скажите |подскажите |извините )*"
    r"(сколько|как|какой|какая|какие|какую|где|куда|когда|можно ли|почему|зачем|что|кто|нужно ли|надо ли)\b"
)
_KAZAKH_QUESTION: Final = re.compile(r"\b(канша|калай|кандай|кайда|кашан|неге|не ушин|ким)\b|\b(ма|ме|ба|бе|па|пе)\s*$")


def is_question(text: str) -> bool:
    """Whether a text asks something: by its mark, its opening word, or a Kazakh question word or particle."""
    folded = fold(text).strip(" .!")
    return "?" in text or bool(_QUESTION_OPENING.match(folded) or _KAZAKH_QUESTION.search(folded))


def read_reply(turn: Turn, field: str) -> Reply:
    """Say what a message is while `field` is asked for."""
    folded = fold(turn.text)
    short = len(turn.words) <= _LONGEST_COMMAND
    if turn.entities.get("field") == "cancel" or (short and not turn.pressed and _CANCEL.search(folded)):
        return "cancel"
    if short and _BACK.search(folded):
        return "back"
    return "aside" if _is_aside(turn, field) else "answer"


def _is_aside(turn: Turn, field: str) -> bool:
    length = len(turn.words)
    if turn.pressed and field != "confirmed":
        return True
    if turn.intent in _ASIDES and length <= _ASIDES[turn.intent] and turn.confidence >= _SURE:
        return True
    if turn.entities.get("application_number") and said_digits(turn.text):
        return True
    asks = is_question(turn.text) and length <= _LONGEST_ASIDE
    return asks and turn.intent in _QUESTION_INTENTS and turn.confidence >= _SURE_QUESTION


def wants_correction(turn: Turn) -> bool:
    """Whether a message asks to correct something, or says that it is not right."""
    return turn.intent == "deny" or bool(_CORRECT.search(fold(turn.text)))


def is_yes(turn: Turn) -> bool:
    """Whether a message is surely a yes."""
    return turn.intent == "affirm" and turn.confidence >= _SURE and not wants_correction(turn)


def is_no(turn: Turn) -> bool:
    """Whether a message is a bare no."""
    return turn.intent == "deny" and turn.confidence >= _SURE and len(turn.words) <= _LONGEST_NO


def field_to_correct(turn: Turn, kind: ComplaintType) -> str | None:
    """Return the field that a message asks to correct («исправьте фамилию», «талапты өзгертейік»), None for none."""
    if len(turn.words) > _LONGEST_COMMAND or not _CORRECT.search(fold(turn.text)):
        return None
    return named_field(turn.text, kind)


def wants_it_composed(text: str) -> bool:
    """Whether a short message takes up the offer to put a complaint together («составить», «құрастырайық»)."""
    folded = fold(text)
    return len(text.split()) <= _LONGEST_COMMAND and bool(_COMPOSE.search(folded)) and not _REFUSES.search(folded)


def asks_when(text: str) -> bool:
    """Whether a short message asks when a complaint is answered."""
    return len(text.split()) <= _LONGEST_COMMAND + 1 and bool(_WHEN.search(fold(text)))

"""One spelling of what people type: `clean` makes text safe to keep, `fold` makes spellings of a word comparable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Everything Python itself takes for a line boundary; left in place they would split a record in logs and exports.
_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Cc: controls; Cf: bidi overrides, zero-width characters, tags; Cs: lone surrogates, which no encoder accepts.
_DROPPED = frozenset({"Cc", "Cf"})
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Make what a citizen typed safe to store and process; never raises, and cleaning twice changes nothing more.

    NFC; control, bidirectional and zero-width characters removed; lone surrogates become U+FFFD; white space collapsed
    to one space within a line and one blank line between paragraphs.
    """
    lines = _LINE_BREAKS.sub("\n", text).split("\n")
    joined = "\n".join(" ".join(_visible(line).split()) for line in lines)
    return _BLANK_LINES.sub("\n\n", joined).strip()


def _visible(line: str) -> str:
    """Return one line with only characters that may be kept, in NFC; a tab stays, as white space."""
    if line.isascii() and line.isprintable():
        return line
    return unicodedata.normalize("NFC", "".join(map(_kept, line)))


def _kept(character: str) -> str:
    if character == "\t":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return _REPLACEMENT
    return "" if category in _DROPPED else character


_APOSTROPHES = "'’ʼ`ʹ′"
_LATIN = "a-z\u00df-\u00f6\u00f8-\u024f\u0259\u0275\u1e00-\u1eff"
_CYRILLIC = "\u0400-\u052f"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_APOSTROPHES}]+[^\W\d_]+)*[{_APOSTROPHES}]?")
_HAS_LATIN = re.compile(f"[{_LATIN}]", re.IGNORECASE)
_HAS_CYRILLIC = re.compile(f"[{_CYRILLIC}]")
_LATIN_RUN = re.compile(f"[{_LATIN}](?:[{_APOSTROPHES}]?[{_LATIN}])*(?:(?<=[bdlmnprstvz])[{_APOSTROPHES}])?")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")

_RUSSIAN_KEYBOARD = str.maketrans("әғқңөұүһіё", "агкноуухие")
_LOOKALIKES = str.maketrans("ABCEHKMOPTXYIaceopxyhikmtəɵƏƟ", "АВСЕНКМОРТХУІасеорхуһікмтәөӘӨ")
# A Latin stem before a Cyrillic ending ("SMSті", "IPға") was typed on purpose; a stray look-alike letter was not.
_LATIN_STEM = re.compile(rf"[{_LATIN}]{{2,}}[{_CYRILLIC}]+", re.IGNORECASE)


def fold(text: str) -> str:
    """Return the canonical search form of a text: folding twice changes nothing more.

    Lower case, NFC, ё as е, Kazakh letters as people type them on a Russian keyboard, Latin words in Cyrillic,
    look-alike Latin letters inside Cyrillic words mended, letters repeated more than twice cut to two. Digits,
    punctuation and spaces stay where they are.
    """
    lowered_elsewhere = _WORD.sub(lambda match: _fold_word(match[0]), unicodedata.normalize("NFC", text)).lower()
    return unicodedata.normalize("NFC", lowered_elsewhere)


@lru_cache(maxsize=50_000)
def _fold_word(word: str) -> str:
    if _HAS_LATIN.search(word):
        if _HAS_CYRILLIC.search(word) and not _LATIN_STEM.fullmatch(word):
            mended = word.translate(_LOOKALIKES)
            word = word if _HAS_LATIN.search(mended) else mended
        lowered = unicodedata.normalize("NFC", word.replace("İ", "i").lower())
        word = _LATIN_RUN.sub(lambda match: from_latin(match[0]), lowered)
    folded = word.lower().translate(_RUSSIAN_KEYBOARD)
    return _STRETCHED.sub(r"\1\1", folded)


# English spellings that would not transliterate to what people write in Cyrillic.
_LOANWORDS = {
    "covid": "ковид",
    "email": "емаил",
    "facebook": "фейсбук",
    "instagram": "инстаграм",
    "mail": "мейл",
    "mobile": "мобайл",
    "online": "онлайн",
    "site": "сайт",
    "whatsapp": "ватсап",
}

_VOWELS = "aeiouyäöüáóúūı"
# One reading of a spelling per line, tried in this order at every position of a lower-case Latin word.
_READINGS: tuple[tuple[str, str], ...] = (
    # the 2017 alphabet wrote its own letters with an apostrophe; after other consonants it is the Russian soft sign
    (r"a'", "а"),
    (r"o'", "о"),
    (r"[uy]'", "у"),
    (r"[ie]'", "и"),
    (r"g'", "г"),
    (r"s'(?=[a-z])", "ш"),
    (r"c'", "ч"),
    (r"n'(?=[a-z])", "н"),
    (r"'", "ь"),
    (r"sh?ch", "щ"),
    (r"zh", "ж"),
    (r"[kx]h", "х"),
    (r"sh", "ш"),
    (r"ch", "ч"),
    (r"gh", "г"),
    (r"ph", "ф"),
    (r"ck", "к"),
    # "tsentr", "litsenziya", "otets", but "detsad", "zapisatsya"
    (r"^ts|(?<=d)ts|ts(?=e|i(?!z)|$)", "ц"),
    # ЦОН and ЭЦП as people spell them; elsewhere c is ц before a front vowel ("registraciya") and к otherwise
    (r"^c(?=on(?:$|[adegnu]))|c(?=p|[eiy])", "ц"),
    # ң of "menin(g)" and "alyngyz", but "kongress", "engizu"
    (r"ng(?=$|y|nan|nen|iz(?:$|sh|d))", "н"),
    # э opens Russian words only
    (r"^e(?=to|t[auio]$|tim$|tih$|lek|kra|k[zsv]|t?[cs]p)", "э"),
    (r"y[aä]|ıa", "я"),
    (r"yu", "ю"),
    (r"y[eo]", "е"),
    # й follows a vowel ("qalai", "raion", "dayyn", "noviy", "novyy", "moj"); "auyl" and "jiyrma" have ы
    (r"(?<=[aeouäöüáóúū]u)y|(?<=i)y(?!s|$)", "ы"),
    (r"(?<=[aeouäöüáóúū])ia$", "я"),
    (r"(?<=[aeouäöüáóúū])[iy]|(?<=i)y|(?<=y)y$|(?<=[oiy])j$", "й"),
)
_READING = re.compile("|".join(f"({spelling})" for spelling, _ in _READINGS) + "|.")
_LETTERS = str.maketrans(
    {
        **dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстувухыз", strict=True)),
        **dict(zip("äáəöóɵüúūýşçğǵñńŋ", "аааоооуууушчггннн", strict=True)),
    }
)
_BACK_VOWELS = re.compile("[aouqğ]")


@lru_cache(maxsize=20_000)
def from_latin(word: str) -> str:
    """Spell a Latin word in Cyrillic: Kazakh of the 2017, 2018 and 2021 alphabets or informal, or Russian.

    The result is a folded form: lower case, without the Kazakh letters. Letters of no such alphabet stay as they are.
    """
    word = _plain_apostrophes(word.lower())
    if word in _LOANWORDS:
        return _LOANWORDS[word]
    # Dotless ı is і in the 2021 alphabet and ы in Turkish spelling; vowel harmony tells which.
    word = word.replace("ı", "y" if _BACK_VOWELS.search(word) else "i")
    return _READING.sub(_read, word)


def _read(match: re.Match[str]) -> str:
    if match.lastindex is not None:
        return _READINGS[match.lastindex - 1][1]
    return _without_accent(match[0]).translate(_LETTERS)


def _without_accent(letter: str) -> str:
    """Return a letter that no alphabet of ours has as its base letter (é as e); one without a base stays."""
    base = unicodedata.normalize("NFD", letter)[0]
    return letter if ord(letter) in _LETTERS or not "a" <= base <= "z" else base


def _plain_apostrophes(word: str) -> str:
    return re.sub(f"[{_APOSTROPHES}]", "'", word)

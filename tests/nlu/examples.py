"""A few phrases of four intents, enough to train on in a moment, and what parsing with them looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

EXAMPLES = {
    "greet": ["здравствуйте", "добрый день", "привет вам", "сәлеметсіз бе", "қайырлы күн", "армысыз"],
    "thanks": ["спасибо", "благодарю вас", "спасибо большое", "рахмет", "көп рахмет", "рақмет сізге"],
    "ask_service_procedure": [
        "как получить паспорт",
        "какие документы нужны на паспорт",
        "сколько стоит удостоверение",
        "паспортты қалай аламын",
        "қандай құжаттар керек",
        "жеке куәлік қанша тұрады",
    ],
    "give_application_number": [
        "номер 100245789013",
        "вот номер 002475118904",
        "один один ноль пять четыре три восемь восемь два ноль",
        "нөмірі 550012348871",
        "нөл бір нөл екі үш тоғыз тоғыз сегіз",
        "4411-2098-3351",
    ],
}

Parse = Callable[[str], dict[str, Any]]

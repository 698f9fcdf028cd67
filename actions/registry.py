"""Owns the list of all actions: what Rasa's domain names is put together here from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rasa_sdk.executor import ActionExecutor

from actions.answering import OpenQuestions, Say
from actions.competence import CompetentBodies, CompetentBody
from actions.complaint import (
    AskComplaintConfirmed,
    ComplaintAdvice,
    ComplaintDone,
    ComplaintQuestion,
    ExplainComplaint,
    ValidateComplaintForm,
)
from actions.context import InContext
from actions.digital_signature import DigitalSignatureHelp
from actions.fraud import WarnOfFraud
from actions.procedure import AnswerProcedure, Clarify, ServiceAnswers, ServiceQuestion
from actions.stage import ApplicationStage, DigitsQuestion, StageTeller
from actions.talk import ChangeLanguage, Deny, Goodbye, HandOff, HandoffQuestion, Repeat
from working_days import WorkingDays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasa_sdk import Action

    from actions.unanswered import UnansweredQuestions
    from kb.base import KnowledgeBase
    from monitoring.client import MonitoringClient

SAID: Final = {
    "action_greet": "utter_greet",
    "action_thanks": "utter_thanks",
    "action_affirm": "utter_affirm",
    "action_rate": "utter_rate",
    "action_chitchat": "utter_chitchat",
    "action_contacts": "utter_contacts",
    "action_abuse": "utter_abuse",
}
"""Actions that say one response, when the message is no answer to an open question."""


def executor(
    knowledge: KnowledgeBase, monitoring: MonitoringClient, unanswered: UnansweredQuestions | None = None
) -> ActionExecutor:
    """Return an executor that knows every action of the domain; `unanswered` keeps what they have no answer to."""
    known = ActionExecutor()
    for action in _actions(knowledge, monitoring):
        known.register_function(action.name(), unanswered.watching(action.run) if unanswered else action.run)
    return known


def _actions(knowledge: KnowledgeBase, monitoring: MonitoringClient) -> Iterator[Action]:
    answers = ServiceAnswers(knowledge)
    bodies = CompetentBodies(knowledge)
    teller = StageTeller(knowledge, monitoring)
    advice = ComplaintAdvice(WorkingDays())
    asked = OpenQuestions(
        [ServiceQuestion(answers), DigitsQuestion(teller), HandoffQuestion(), ComplaintQuestion(advice)],
        InContext(answers, bodies),
    )
    yield AnswerProcedure(asked, answers, bodies)
    yield Clarify(asked, answers, bodies)
    yield ApplicationStage(asked, teller, answers)
    yield CompetentBody(asked, bodies, answers)
    yield ExplainComplaint(asked, advice, "action_complaint_how", None)
    yield ExplainComplaint(asked, advice, "action_complaint_procedure", "1")
    yield ExplainComplaint(asked, advice, "action_complaint_staff", "2")
    yield ValidateComplaintForm()
    yield AskComplaintConfirmed()
    yield ComplaintDone(advice)
    yield from (Say(asked, name, response) for name, response in SAID.items())
    yield Deny(asked, bodies)
    yield Repeat(asked, answers)
    yield DigitalSignatureHelp(asked)
    yield ChangeLanguage(asked, answers)
    for simple in (HandOff, Goodbye, WarnOfFraud):
        yield simple(asked)

"""Owns every tunable of the queue, with its unit and default."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class QueuePolicy(BaseModel):
    """How the queue behaves; an operator sets one as an environment variable such as `QUEUE__OFFER_S=15`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offer_s: float = Field(20.0, gt=0)
    """An offer not accepted in this time goes to the next consultant."""
    vanish_s: float = Field(30.0, gt=0)
    """A consultant whose console has been silent so long is gone."""
    after_contact_s: float = Field(60.0, ge=0)
    """After-contact work, unless it is finished earlier or extended by as much again."""
    refusal_pause_s: float = Field(30.0, ge=0)
    """Who declined or missed an offer is not offered the same entry again for this time."""
    external_hold_s: float = Field(5.0, ge=0)
    """A free consultant whose turn it is to serve an external entry is kept for it so long, then offered others."""
    capacity: int = Field(3, ge=1)
    """Conversations at once of a consultant whose supervisor has set nothing else."""

    notice_s: float = Field(18.0, gt=0)
    """A waiting citizen hears something at least so often: 20 s, less the tick and the way."""
    moved_notice_s: float = Field(8.0, gt=0)
    """A better place in the queue is told at once, but not more often than this."""
    nobody_s: float = Field(10.0, ge=0)
    """Nobody on duty for so long: a call-back is offered."""
    too_long_s: float = Field(300.0, gt=0)
    """A wait of this length: a call-back is offered."""
    callback_within_s: float = Field(7_200.0, gt=0)
    """A call-back is promised within this time; from then on it goes before everyone who waits."""
    absent_s: float = Field(180.0, gt=0)
    """A citizen in the queue who gave no sign of life for so long has left."""
    rating_s: float = Field(600.0, gt=0)
    """How long a rating is waited for."""
    tick_s: float = Field(1.0, gt=0)
    """How often the queue looks at the clock."""

    target_s: float = Field(40.0, gt=0)
    """Average speed of answer that must not be passed (rule 7)."""
    warning_s: float = Field(30.0, gt=0)
    """Average speed of answer at which a supervisor is warned."""

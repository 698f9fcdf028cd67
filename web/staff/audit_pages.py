"""Owns the page of the audit log."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from language import Language
from staff.audit import Action, Filter
from staff.roles import Permission
from staff.tables import Account, AuditRecord
from web import services
from web.staff import days, pages
from web.staff.days import Day
from web.staff.guard import require
from web.staff.sign_in import client_address
from web.staff.texts import keys, text

router = APIRouter(prefix="/audit")

PAGE: Final = 100


class Asked(BaseModel):
    """What the filter of the page says; empty means any."""

    login: str = Field("", max_length=64)
    action: Action | Literal[""] = ""
    since: Day = ""
    until: Day = ""
    before: int | None = Field(None, ge=1, lt=2**63)

    def filter(self) -> Filter:
        """Return it as the log understands it; days are those of this country."""
        return Filter(
            login=self.login.strip().casefold() or None,
            action=self.action or None,
            since=days.begin(self.since),
            until=days.end(self.until),
            before=self.before,
        )


@router.get("")
async def show(
    request: Request, by: Annotated[Account, Depends(require(Permission.AUDIT_READ))], asked: Annotated[Asked, Query()]
) -> Response:
    """Show the newest records that fit; reading the log is recorded too."""
    log = services.of(request).audit
    records = await log.records(asked.filter(), PAGE + 1)
    detail = {name: str(value) for name, value in asked.model_dump(mode="json").items() if value}
    await log.record(by, Action.AUDIT_READ, detail=detail, address=client_address(request))
    older = urlencode({**detail, "before": records[PAGE - 1].id}) if len(records) > PAGE else None
    return pages.page(
        request,
        "audit.html",
        records=records[:PAGE],
        asked=asked,
        actions=list(Action),
        older=older,
        word=partial(_word, pages.language(request)),
        described=partial(_described, pages.language(request)),
    )


def _described(spoken: Language, record: AuditRecord) -> Iterator[tuple[str, str]]:
    """Give the details of a record in the reader's words."""
    for name, values in (record.detail or {}).items():
        place = "roles" if name == "roles" else f"audit.values.{name}"
        words = [_word(spoken, place, value) for value in values.split(", ")]
        yield _word(spoken, "audit.details", name), ", ".join(words)


def _word(spoken: Language, place: str, name: str) -> str:
    """Return the text for a name under `place`, or the name itself: records outlive the code that made them."""
    key = f"{place}.{name}"
    return text(key, spoken) if key in keys() else name

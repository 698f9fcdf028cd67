"""Owns the page of the centre as it is now; a part of it comes anew every few seconds."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from contact_centre.queue.model import Presence
from contact_centre.vocabulary import topic_name
from database.base import now
from staff.roles import Permission
from staff.tables import Account
from web import services, supervision
from web.staff import pages
from web.staff.supervision import charts
from web.staff.supervision.access import Counting
from web.staff.supervision.figures import Figures
from web.supervision import Live

router = APIRouter()

REFRESH_S = 5
_SHOWN_FIRST = (Presence.AVAILABLE, Presence.BUSY, Presence.AFTER_CONTACT, Presence.BREAK, Presence.OFFLINE)


@router.get("/")
async def show(request: Request, account: Counting) -> Response:
    """Show the whole page."""
    return await _page(request, "supervision/live.html", account)


@router.get("/now")
async def show_part(request: Request, account: Counting) -> Response:
    """Show the part that changes."""
    return await _page(request, "supervision/now.html", account)


async def _page(request: Request, template: str, account: Account) -> Response:
    parts = services.of(request)
    live = await supervision.live(parts, account)
    requests = await parts.recording_requests.waiting() if account.may(Permission.RECORDINGS_READ) else ()
    figures, moment = Figures(pages.language(request)), now()

    def lasts(since: datetime) -> str:
        return figures.minutes((moment - since).total_seconds())

    return pages.page(
        request,
        template,
        live=live,
        requests=requests,
        is_overdue=bool(requests) and requests[0].due_at < moment,
        hours=_hours(live, figures),
        presences=_SHOWN_FIRST,
        figures=figures,
        lasts=lasts,
        topic_name=lambda code: topic_name(code, figures.language),
        at=moment.astimezone(pages.TIME_ZONE).strftime("%H:%M:%S"),
        refresh_s=REFRESH_S,
    )


def _hours(live: Live, figures: Figures) -> charts.Chart:
    """Draw the day so far, from its first answer on; an hour without one stays empty."""
    spoken_for = [int(hour) for hour in live.by_hour]
    day = range(min(spoken_for), max(spoken_for) + 1) if spoken_for else ()
    values = {f"{hour:02}": live.by_hour.get(f"{hour:02}") for hour in day}
    return charts.columns(values, figures.seconds, line=live.target_s)

"""Owns the assembly of the supervision pages."""

from fastapi import APIRouter

from web.staff.supervision import consultants, live, report

router = APIRouter(prefix="/supervision")
for _part in (live, report, consultants):
    router.include_router(_part.router)

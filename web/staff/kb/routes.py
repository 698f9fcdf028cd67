"""Owns which addresses the knowledge-base pages have: everything under /staff/kb."""

from fastapi import APIRouter

from web.staff.kb import announcements, articles, questions, review, spreadsheets

router = APIRouter(prefix="/kb")
for part in (articles, review, questions, announcements, spreadsheets):
    router.include_router(part.router)

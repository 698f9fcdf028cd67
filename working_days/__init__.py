"""Owns counting working days in Kazakhstan: public holidays, the days they are moved to, and transfers by decree."""

from __future__ import annotations

from working_days.calendar import WorkingDays, today

__all__ = ["WorkingDays", "today"]

"""Owns who may open which supervision page."""

from typing import Annotated

from fastapi import Depends

from staff.roles import Permission
from staff.tables import Account
from web.staff.guard import require

Counting = Annotated[Account, Depends(require(Permission.NUMBERS_READ))]
Supervising = Annotated[Account, Depends(require(Permission.QUEUE_SUPERVISE))]

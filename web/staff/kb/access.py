"""Owns who may open which of the knowledge-base pages."""

from typing import Annotated

from fastapi import Depends

from staff.roles import Permission
from staff.tables import Account
from web.staff.guard import ForbiddenError, SignedIn, require


async def _reader(account: SignedIn) -> Account:
    if not (account.may(Permission.KB_EDIT) or account.may(Permission.KB_REVIEW)):
        raise ForbiddenError(Permission.KB_EDIT)
    return account


Reader = Annotated[Account, Depends(_reader)]
"""Edits or reviews."""
Editor = Annotated[Account, Depends(require(Permission.KB_EDIT))]
Reviewer = Annotated[Account, Depends(require(Permission.KB_REVIEW))]
Publisher = Annotated[Account, Depends(require(Permission.KB_PUBLISH))]

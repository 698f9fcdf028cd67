"""Owns the list of what consultants' phones sign in with: `make sip-accounts`, for who sets phones up."""

from __future__ import annotations

import asyncio
import sys

import httpx
from pydantic import ValidationError

from voice_channel.pbx import roster
from voice_channel.pbx.phones import phones
from voice_channel.pbx.settings import Settings


async def _consultants(settings: Settings) -> frozenset[str]:
    async with roster.client(settings) as http:
        return await roster.consultants(http)


def main() -> None:
    """Write a line a phone: server, user, password."""
    settings = Settings()
    try:
        logins = asyncio.run(_consultants(settings))
    except (httpx.HTTPError, ValidationError) as error:
        sys.exit(f"The contact centre does not say who its consultants are (is it running?): {error}")
    for phone in phones(logins, settings.sip_secret):
        if not phone.is_softphone:  # the console signs its own in
            sys.stdout.write(f"{settings.sip_host}:{settings.sip_port}  {phone.name}  {phone.password}\n")


if __name__ == "__main__":
    main()

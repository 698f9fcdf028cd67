"""Owns who goes first when the machine is busy: the thread that carries sound, as in every telephone exchange."""

from __future__ import annotations

import logging
import os
from typing import Final

logger = logging.getLogger(__name__)

_LOWEST_REALTIME: Final = 1
"""Enough to go before everything that is not real-time itself."""


def go_first() -> bool:
    """Let the calling thread run as soon as it wants to; what it starts gets no such right. Return whether it may.

    The system grants it to root and to who has CAP_SYS_NICE. Without it frames are late while others use all cores.
    """
    policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
    try:
        os.sched_setscheduler(0, policy, os.sched_param(_LOWEST_REALTIME))
    except OSError as error:
        logger.info("sound takes its turn among all processes (real-time needs CAP_SYS_NICE): %s", error.strerror)
        return False
    return True

"""Owns who goes first when the machine is busy: the thread that carries sound, as in every telephone exchange.

After it come the processes that hear and speak, then everything that nobody waits for on a telephone.
"""

from __future__ import annotations

import logging
import os
from typing import Final

logger = logging.getLogger(__name__)

_LOWEST_REALTIME: Final = 1
"""Enough to go before everything that is not real-time itself."""
_HEARING_AND_SPEAKING: Final = -10
"""Niceness: most of a core against everything ordinary, yet never all of it."""


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


def go_second() -> None:
    """Let the calling process run before ordinary ones, where the system grants it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, _HEARING_AND_SPEAKING)
    except OSError as error:
        logger.info("hearing and speaking take their turn among all processes: %s", error.strerror)

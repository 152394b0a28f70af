"""One ticker for all open pages: every 100 ms what moved, every second what merely aged."""

import asyncio
import logging
import time

from hmi.seats import Seats

logger = logging.getLogger(__name__)

TICK_S = 0.1
SLOW_TICKS = 10


async def tick(seats: Seats) -> None:
    """Until cancelled. A page that cannot be drawn is closed; the others go on."""
    due = time.monotonic()
    count = 0
    while True:
        due = max(due + TICK_S, time.monotonic())
        await asyncio.sleep(due - time.monotonic())
        count += 1
        for view in list(seats.views.values()):
            try:
                view.refresh(slow=count % SLOW_TICKS == 0)
            except Exception:  # the boundary: one page's defect must not stop the screens of all others
                logger.exception("%s cannot be refreshed and is let go", view.path)
                seats.views.pop(view.client.id, None)

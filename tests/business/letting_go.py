"""The end of a database's use by a test."""

import time

from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool


def let_go(*engines: Engine, within_s: float = 20.0) -> None:
    """Close their connections once nobody uses any: one that is out at that moment would stay open."""
    until = time.monotonic() + within_s
    for engine in engines:
        pool = engine.pool
        while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < until:
            time.sleep(0.005)
        engine.dispose()

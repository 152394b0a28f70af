"""How often a program may ask: moving windows in memory, per session and per address."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from business.rest.problems import Refusing
from config.text import Text

_TOO_MANY = Text(
    "请求过于频繁，请在 Retry-After 秒后再试", "Too many requests; try again after Retry-After seconds"
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a minute."""

    requests: int = 600
    """Of one session; also of one address that has none."""
    log_ins: int = 10
    """Of one address: passwords, keys and refresh tokens tried."""


@dataclass(slots=True)
class Limiter:
    """Counts, refuses, and says how much is left."""

    rates: Rates
    wall_s: Callable[[], float]
    _strategy: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()), init=False
    )

    def request(self, who: str) -> dict[str, str]:
        """Count one request of a session or address; the headers that tell how it stands. Raises Refusing."""
        return self._hit("requests", self.rates.requests, who)

    def log_in(self, address: str) -> dict[str, str]:
        """Count one attempt to get a token. Raises Refusing."""
        return self._hit("log-ins", self.rates.log_ins, address)

    def _hit(self, policy: str, per_minute: int, who: str) -> dict[str, str]:
        item = RateLimitItemPerMinute(per_minute)
        passed = self._strategy.hit(item, policy, who)
        stats = self._strategy.get_window_stats(item, policy, who)
        reset_s = max(1, math.ceil(stats.reset_time - self.wall_s()))
        headers = {
            "RateLimit-Policy": f'"{policy}";q={per_minute};w=60',
            "RateLimit": f'"{policy}";r={stats.remaining if passed else 0};t={reset_s}',
        }
        if not passed:
            raise Refusing(
                429, _TOO_MANY, code="too-many-requests", headers={**headers, "Retry-After": str(reset_s)}
            )
        return headers

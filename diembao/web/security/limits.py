"""How often somebody may ask, by address: a moving window in memory, for the routes that say so."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from diembao.web.errors import DeskError


class RateLimits:
    """Counts requests of this process by a name and a key (an address). Safe for threads."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, name: str, key: str, per_minute: int) -> None:
        """Count a request. Raises DeskError 429 where there were more than `per_minute` in the last minute."""
        if not self._limiter.hit(RateLimitItemPerMinute(per_minute), name, key or "?"):
            raise DeskError(429, retry_after=60)

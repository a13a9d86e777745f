"""How often somebody may ask, by address: a window in memory, for the routes that say so."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from diembao.jobs.people.tokens import source_of
from diembao.web.errors import DeskError


class RateLimits:
    """Counts requests of this process by a name and a key (an address; of IPv6 its /64). Safe for threads."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        # Two counters an address, dropped when they expire; MovingWindowRateLimiter keeps a list for each for ever.
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)

    def hit(self, name: str, key: str, per_minute: int) -> None:
        """Count a request. Raises DeskError 429 where there were more than `per_minute` in the last minute."""
        if not self._limiter.hit(RateLimitItemPerMinute(per_minute), name, source_of(key) or "?"):
            raise DeskError(429, retry_after=60)

    def __len__(self) -> int:
        """Return how many counters are kept."""
        return len(self._storage.storage) + len(self._storage.events)

"""How often one address may knock: token buckets in memory. Addresses are kept nowhere else."""

from collections import OrderedDict
from time import monotonic

from wutong.edge.exchange import refused

BUCKETS_MAX = 50_000


class Rate:
    """``per_second`` requests a key, with a reserve of ``burst``."""

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key: tokens, when

    def take(self, key: str) -> None:
        """Take one token of ``key``, whatever is limited apart.

        Raises:
            Answer: 429 with the time until the next token.
        """
        now = monotonic()
        tokens, since = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        if tokens < 1:
            wait_s = max(1, int((1 - tokens) / self._per_second + 0.999))
            detail = "Too many requests from one address. Come back later."
            raise refused(429, "too_many_requests", detail, {b"retry-after": b"%d" % wait_s})
        self._buckets[key] = (tokens - 1, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)

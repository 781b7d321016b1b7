"""How long each step of a scan takes."""

import time


class Stopwatch:
    """Seconds per named step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = self._last = time.monotonic()

    def lap(self, name: str) -> dict[str, float]:
        """Book the time since the last lap under `name`; return what is booked so far."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self.seconds["total"] = round(now - self._start, 3)
        self._last = now
        return self.seconds

"""Ctrl-C and kill as a request that is answered at a safe moment."""

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(Exception):
    """The program was asked to stop."""


class StopRequest:
    """Context manager: signals that end a program are noted, and obeyed on leaving.

    An exception out of nowhere, as Ctrl-C raises it, could come between the start of a container
    and the moment its name is known; here only `check` raises.
    """

    def __init__(self) -> None:
        self._signal: int | None = None

    def __enter__(self) -> "StopRequest":
        # What is ignored stays so: nohup ignores SIGHUP, a shell's background job SIGINT.
        obeyed = [one for one in SIGNALS if signal.getsignal(one) not in (signal.SIG_IGN, None)]
        self._before = {one: signal.signal(one, self._note) for one in obeyed}
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)
        if self._signal is not None and (error is None or isinstance(error, StoppedError)):
            # As if it came now: Ctrl-C becomes KeyboardInterrupt, the others end the process.
            signal.raise_signal(self._signal)

    def check(self) -> None:
        """Raise StoppedError once a signal has come."""
        if self._signal is not None:
            raise StoppedError

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

"""How what runs is asked to stop: by a signal, or by whoever holds the `Stop` of a sweep."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from phasemap.errors import StopRequested

_NOW = ("SIGINT", "SIGTERM", "SIGHUP")
# Batch systems warn with this one before they kill.
_SOON = ("SIGUSR1",)


class Stop:
    """A request to stop: `soon` (finish the running blocks first) or `now` (drop them; finished ones are kept)."""

    def __init__(self) -> None:
        self.soon = False
        self.now = False

    def request(self, now: bool = True) -> None:
        """Ask to stop."""
        self.soon = True
        self.now = self.now or now

    def _receive(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self.now and name == "SIGINT":  # asked twice: do not wait for anything
            raise KeyboardInterrupt
        self.request(now=name in _NOW)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """A `Stop` that follows Ctrl-C, termination and the warning of a batch system; the old handlers come back."""
    stop = Stop()
    with _received(stop._receive):
        yield stop


@contextlib.contextmanager
def stop_raises() -> Iterator[None]:
    """The first of these signals raises `StopRequested` where the program is; asked again, Ctrl-C ends it."""
    asked = False

    def receive(number: int, frame: FrameType | None) -> None:
        """Ask once."""
        nonlocal asked
        if asked and signal.Signals(number).name == "SIGINT":
            raise KeyboardInterrupt
        if not asked:
            asked = True
            raise StopRequested

    with _received(receive):
        yield


@contextlib.contextmanager
def _received(receive: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {}
    for name in (*_NOW, *_SOON):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup means what it says
            before[number] = signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

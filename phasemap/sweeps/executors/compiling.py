"""How long this process spends in Numba's compiler: that time is no point's, and no measure of its cost."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_MODULE = "numba.core.event"
_EVENT = "numba:compiler_lock"  # begins before the cache is searched, ends when the code is there
_ANEW = "numba:compile"  # only where nothing was found in the cache
_POLL_SECONDS = 0.02


class CompilerClock:
    """Seconds spent compiling since the last `restart`.

    tell: called with True when the compiler begins and with False when it ends.
    tell_anew: called whenever something is compiled, not only loaded from the cache.
    """

    def __init__(
        self, tell: Callable[[bool], None] = lambda _: None, tell_anew: Callable[[], None] = lambda: None
    ) -> None:
        self._tell, self._tell_anew = tell, tell_anew
        self._depth = 0
        self._begun = 0.0
        self.seconds = 0.0

    def restart(self) -> None:
        """Count from now on."""
        self.seconds = 0.0

    def install(self) -> None:
        """Listen to Numba as soon as somebody imports it; importing it here would cost those who do not need it."""
        threading.Thread(target=self._wait_for_numba, daemon=True).start()

    def _wait_for_numba(self) -> None:
        while not hasattr(sys.modules.get(_MODULE), "unregister"):  # the last name of a module that is being imported
            time.sleep(_POLL_SECONDS)
        self._listen(sys.modules[_MODULE])

    def _listen(self, events: Any) -> None:
        clock = self

        class Listener(events.Listener):  # type: ignore[misc]
            def on_start(self, _: Any) -> None:
                """The compiler begins."""
                clock.begin()

            def on_end(self, _: Any) -> None:
                """The compiler is done."""
                clock.end()

        class Anew(events.Listener):  # type: ignore[misc]
            def on_start(self, _: Any) -> None:
                """Something is compiled anew."""
                clock._tell_anew()

            def on_end(self, _: Any) -> None:
                """Nothing: the clock is told by the other listener."""
                pass

        events.register(_EVENT, Listener())
        events.register(_ANEW, Anew())

    def begin(self) -> None:
        """The compiler begins, perhaps from within itself."""
        self._depth += 1
        if self._depth == 1:
            self._begun = time.perf_counter()
            self._tell(True)

    def end(self) -> None:
        """The compiler ends; an end whose beginning was missed counts for nothing."""
        if self._depth == 0:
            return
        self._depth -= 1
        if self._depth == 0:
            self.seconds += time.perf_counter() - self._begun
            self._tell(False)

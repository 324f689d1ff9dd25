"""Who adds to a result, when, where and with what: the same record whatever command writes the file."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from phasemap.dataset import Result, Session
from phasemap.sweeps import environment
from phasemap.sweeps.locking.lock_holder import myself


def begin_session(workers: int = 1) -> Session:
    """The record of a run that begins now."""
    me = myself()
    return Session(
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        host=me.host,
        process=me.process,
        machine=environment.machine(),
        workers=workers,
        wall_seconds=0.0,
        versions=environment.versions(),
        revision=environment.git_revision(),
    )


def end_session(result: Result, session: Session, began: float) -> None:
    """Put a run that began at `began` (of `time.monotonic`) and ends now into its result, which it alone made."""
    result.metadata.sessions = (replace(session, wall_seconds=round(time.monotonic() - began, 3)),)
    result.metadata.modified = datetime.now(UTC).isoformat(timespec="seconds")

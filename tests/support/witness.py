"""A witness in a thread of this process: what `zstack-ticket witness` runs, without the command."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pytest_zstack_ticket.certify.keys import PrivateKey
from pytest_zstack_ticket.certify.witness_record import RecordWriter
from pytest_zstack_ticket.certify.witnessed import Witnessed
from pytest_zstack_ticket.witness.relay import Relay, Route


class RunningWitness:
    """Passes on to a target until it is left; then its record is signed, if there is a key. `kept` are its lines."""

    def __init__(self, target: str, path: Path | None = None, key: PrivateKey | None = None, **tls: object) -> None:
        self.kept: list[Witnessed] = []
        self._target, self._path, self._key = target, path, key
        root = urlsplit(target)
        far = (root.hostname or "", root.port or 0)
        route = Route(listen=("127.0.0.1", 0), target=far, **tls)  # type: ignore[arg-type] # two contexts
        self._relay = Relay(route, self.kept.append)
        self._started = threading.Event()
        self._began = time.time()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self._loop.run_until_complete(self._relay.serve(lambda _: self._started.set(), 120.0))
        self._loop.close()

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets that it saw, as they were."""
        return self._relay.recording.secrets

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self._relay.port

    @property
    def url(self) -> str:
        """What to give to a run instead of the target's URL."""
        scheme = "https" if self._relay.route.own_tls else "http"
        return f"{scheme}://127.0.0.1:{self._relay.port}{urlsplit(self._target).path}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._relay.stop)
        self._thread.join(10)
        if self._path and self._key:
            write(self._path, self._key, self.kept, self._target, self._began, time.time(), self._relay.recording.salt)


def write(  # noqa: PLR0917 - what a record is made of
    path: Path, key: PrivateKey, kept: list[Witnessed], target: str, since: float, until: float, salt: bytes
) -> Path:
    """Write a record of lines, signed."""
    record = RecordWriter(path, target=target, started=since)
    for one in kept:
        record.add(one)
    record.close(key, ended=until, now=datetime.now(UTC), salt=salt)
    return path

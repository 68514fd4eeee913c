"""The supervisor of `kinegraph up`: embedded servers and processes of our own, restarted when they stop."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from kinegraph.outside.errors import ServiceError

STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1
MAX_RESTARTS = 5
"""Restarts within a minute, of all processes together; then `kinegraph up` ends with an error."""


class Supervised(Protocol):
    """A server or process that is restarted when it stops."""

    title: str

    def start(self) -> None:
        """Start it. Raises ServiceError."""

    def stop(self) -> None:
        """Stop it; a second call has no effect."""

    def is_dead(self) -> bool:
        """True if it has stopped by itself."""


class Process:
    """A command of ours as a process, in a session of its own so that Ctrl-C reaches us first."""

    def __init__(self, title: str, command: str, environment: Mapping[str, str]) -> None:
        self.title = title
        self._command = [sys.executable, "-m", "kinegraph.commands.cli", command]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def stop(self) -> None:
        """Stop it, in earnest after a while."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def is_dead(self) -> bool:
        """Whether it ended by itself."""
        return self._process is not None and self._process.poll() is not None


def _end_with_parent() -> None:
    """In a child: request a SIGTERM for the moment when `kinegraph up` is killed with SIGKILL (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class RunningServer(Protocol):
    """A server out of `outside`."""

    @property
    def url(self) -> str:
        """Where it is."""

    def stop(self) -> None:
        """Stop it."""


class Server:
    """An embedded server, whose address stays the same when it is started again."""

    def __init__(self, title: str, start: Callable[[], RunningServer], find: Callable[[], str | None]) -> None:
        self.title = title
        self._start = start
        self._find = find
        self._running: RunningServer | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        if self._running is None:
            raise ServiceError(f"{self.title} was not started.")
        return self._running.url

    def start(self) -> None:
        """Start it; what is left of an earlier run is cleared away first."""
        self.stop()
        self._running = self._start()

    def stop(self) -> None:
        """Stop it."""
        if self._running is not None:
            self._running.stop()

    def is_dead(self) -> bool:
        """True if it does not answer two requests."""
        if self._find() is not None:
            return False
        time.sleep(1)
        return self._find() is None


class Supervisor:
    """Keeps processes running."""

    def __init__(self) -> None:
        self._deaths: list[float] = []

    def restart_stopped(self, processes: list[Supervised]) -> None:
        """Start what died again. Raises ServiceError where things die again and again."""
        for process in processes:
            if process.is_dead():
                now = time.monotonic()
                self._deaths = [death for death in self._deaths if now - death < 60] + [now]
                if len(self._deaths) > MAX_RESTARTS:
                    raise ServiceError(f"The {process.title} stops again and again; its messages are above.")
                print(f"  The {process.title} stopped by itself; starting it again.", flush=True)
                process.start()


def environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment of this process with these variables changed; None leaves one as it is."""
    return {**os.environ, **{name: value for name, value in changes.items() if value is not None}}

"""Running the command line as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

KINEGRAPH = [sys.executable, "-m", "kinegraph.cli"]
MIGRATE = [*KINEGRAPH, "migrate"]


def environment(database_url: str | None = None, **settings: str) -> dict[str, str]:
    """The tests' environment with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KINEGRAPH_") and name != "PORT"}
    return {**kept, **({"KINEGRAPH_DATABASE_URL": database_url} if database_url else {}), **settings}


def run(*arguments: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """One command to its end."""
    return subprocess.run(
        [*KINEGRAPH, *arguments], env=dict(env), capture_output=True, text=True, timeout=60, check=False
    )


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on standard error of a command that failed as it should."""
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("kinegraph: ")
    return line.removeprefix("kinegraph: ")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def started(*arguments: str, env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A command that goes on until the block ends; killed with whatever it started if it is still there then."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*KINEGRAPH, *arguments], env=dict(env), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until an address answers 200."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())

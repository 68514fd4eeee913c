"""Running the command line as a process of its own.

Most of the time of a short command is spent on importing the product: seconds each time. So commands that are run to
their end, and those that tests start many times (`forked`), are forked from one process that has imported it and
nothing else but what tests had it import (`preload`). Any other command that continues to run (`started`) is a new
process, as for its user.
"""

import json
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
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

KINEGRAPH = [sys.executable, "-m", "kinegraph.commands.cli"]
FORKING = """
import gc, json, os, signal, sys

from importlib import import_module
from pkgutil import resolve_name

from kinegraph.commands.cli import COMMANDS, main

for configure, _ in COMMANDS.values():
    resolve_name(f"kinegraph.commands.{configure}")
import_module("kinegraph.commands.demo_writer")

gc.freeze()  # or else each child would copy everything at its end, to look for garbage in it
for request in sys.stdin:
    request = json.loads(request)
    if "module" in request:
        __import__(request["module"])
        print(0, flush=True)
        continue
    if "ended" in request:
        child, status = os.waitpid(request["ended"], os.WNOHANG)
        print(json.dumps(os.waitstatus_to_exitcode(status) if child else None), flush=True)
        continue
    child = os.fork()
    if child == 0:
        for number, path in enumerate(request["streams"]):
            os.dup2(os.open(path, os.O_RDWR), number)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["env"])
        if request["stays"]:
            os.setsid()
        else:
            signal.alarm(60)
        exec(request["before"], {})
        code = main(request["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # the usual end of a process would first copy all that it shares with this one
    print(child if request["stays"] else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs each requested command in a child process. Prints its exit code, or its pid if it stays; that of one that stayed
is requested later, and null while it runs."""

FREQUENT = """
from functools import partial

from kinegraph import worker

worker.DISPATCH_SECONDS, worker.AWAY_SECONDS = 0.05, 0.2
worker.Worker = partial(worker.Worker, poll_delay=0.05)
"""
"""Run first in a process of a worker: it looks for jobs, and for a Redis that was away, ten times as often."""


def environment(database_url: str | None = None, **settings: str) -> dict[str, str]:
    """The tests' environment with these settings and no others."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KINEGRAPH_") and name != "PORT"}
    return {**others, **({"KINEGRAPH_DATABASE_URL": database_url} if database_url else {}), **settings}


@cache
def _forking() -> "subprocess.Popen[str]":
    """The process that the commands are forked from. It ends with the tests, when its input is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", FORKING], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run(*arguments: str, env: Mapping[str, str], folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in a forked process; in this folder, or in that of the tests."""
    with TemporaryDirectory() as streams:
        out, err = Path(streams) / "out", Path(streams) / "err"
        out.touch()
        err.touch()
        code = _fork(arguments, env, out, err, folder=folder)
        return subprocess.CompletedProcess([*KINEGRAPH, *arguments], code, out.read_text(), err.read_text())


def _fork(
    arguments: tuple[str, ...],
    env: Mapping[str, str],
    out: Path,
    err: Path,
    *,
    folder: Path | None = None,
    stays: bool = False,
    before: str = "",
) -> int:
    """Fork a command that writes to these files. Returns its exit code, or the pid of one that stays."""
    streams = [os.devnull, str(out), str(err)]
    request = {
        "arguments": arguments,
        "env": dict(env),
        "folder": str(folder or Path.cwd()),
        "streams": streams,
        "stays": stays,
    }
    return int(_answer({**request, "before": before}))


def _answer(request: Mapping[str, object]) -> str:
    """The answer of the process that the commands are forked from."""
    forking = _forking()
    assert forking.stdin and forking.stdout
    print(json.dumps(request), file=forking.stdin, flush=True)
    return forking.stdout.readline()


def preload(module: str) -> None:
    """Have a package imported before commands are forked, which takes them seconds each, such as a vendor's SDK."""
    _answer({"module": module})


@dataclass
class Forked:
    """A command that continues to run, in a forked process; used as a Popen is."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        if self.returncode is None:
            self.returncode = json.loads(_answer({"ended": self.pid}))
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Wait for its end, and return its exit code. Fail after this time."""
        deadline = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < deadline, f"The process {self.pid} still runs after {seconds} s."
            time.sleep(0.02)
        return code

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)


@contextmanager
def forked(*arguments: str, env: Mapping[str, str], log: Path, before: str = "") -> Iterator[Forked]:
    """A command that runs in a forked process until the block ends; `before` is Python that the process runs first."""
    log.write_bytes(b"")
    process = Forked(_fork(arguments, env, log, log, stays=True, before=before))
    try:
        yield process
    finally:
        process.send(signal.SIGTERM)
        process.wait(60)


def run_anew(*arguments: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in a new process."""
    return subprocess.run(
        [*KINEGRAPH, *arguments], env=dict(env), capture_output=True, text=True, timeout=60, check=False
    )


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """Assert that a command failed with one line on standard error, and return the line."""
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
    """A command that runs until the block ends; it and its children are killed if they still run then."""
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


def await_answer(url: str, process: "subprocess.Popen[bytes] | Forked", log: Path) -> None:
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

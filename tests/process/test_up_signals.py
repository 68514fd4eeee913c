"""`kinegraph up` that gets a signal in the middle of starting a program leaves nothing running."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from tests.process.running import environment, forked, free_port

T = TypeVar("T")
STOPPED_AT = """
import os, signal, sys

moment = MOMENT


def stop():
    os.kill(os.getpid(), signal.SIGTERM)


def watch(frame, event, what):
    if event == "c_return" and what.__name__ == "fork_exec":
        if any(moment in os.fsdecode(word) for word in frame.f_locals["args"]):
            sys.setprofile(None)
            stop()


if moment == "fork":
    os.register_at_fork(after_in_parent=stop)
else:
    sys.setprofile(watch)
"""
"""Run first in a process of `kinegraph`: it gets SIGTERM just after a program of this name has started, or a fork."""


def until(condition: Callable[[], T], seconds: float = 120) -> T:
    """Wait until the condition returns something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"The condition did not hold within {seconds} s."
        time.sleep(0.02)
    return found


def orphans(home: Path) -> list[psutil.Process]:
    """The processes that work in a folder under a home."""

    def folder(process: psutil.Process) -> str:
        with suppress(psutil.Error):
            return str(process.cwd())
        return ""

    return [process for process in psutil.process_iter() if folder(process).startswith(f"{home}/")]


@pytest.mark.parametrize(
    "moment",
    [
        "valkey-server",
        "shared_buffers=",
        "fork",
        "initdb",
    ],
)
def test_up_that_gets_a_signal_while_it_forks_or_starts_a_server_leaves_no_process_behind(
    moment: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("awkward")
    env, log = environment(KINEGRAPH_HOME=str(home), PORT=str(free_port())), home / "up.log"
    before = STOPPED_AT.replace("MOMENT", repr(moment))
    with forked("up", env=env, log=log, before=before) as process:
        try:
            until(lambda: process.poll() is not None or "Kinegraph runs." in log.read_text())
            assert process.poll() == 0, log.read_text()
            assert orphans(home) == []
        finally:
            process.send(signal.SIGKILL)
            for left in orphans(home):
                with suppress(psutil.NoSuchProcess):
                    left.send_signal(signal.SIGQUIT if left.name() == "postgres" else signal.SIGKILL)
            until(lambda: orphans(home) == [])

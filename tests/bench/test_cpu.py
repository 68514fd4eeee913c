"""The CPU time of a server includes its children, those that run and those that have ended."""

import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from bench.cpu import family_cpu, machine_cpu

PARENT = """
import os, signal, sys, time

# Each line begins a child that uses so many seconds of CPU; "wait" lets the oldest end, and waits for it.
children = []
for line in sys.stdin:
    if line == "wait\\n":
        pid = children.pop(0)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print("ended", flush=True)
        continue
    pid = os.fork()
    if pid:
        children.append(pid)
        continue
    began = time.process_time()
    while time.process_time() < began + float(line):
        pass
    print("used", flush=True)
    signal.pause()
"""


class Family:
    """A process that starts children, each of which uses a given CPU time."""

    def __init__(self) -> None:
        self.started = subprocess.Popen(
            [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def send(self, line: str) -> str:
        """Send a line to the process, and return its answer."""
        assert self.started.stdin and self.started.stdout
        self.started.stdin.write(line + "\n")
        self.started.stdin.flush()
        return self.started.stdout.readline().strip()

    def cpu(self) -> float:
        """The CPU time that the benchmark measures."""
        return family_cpu(psutil.Process(self.started.pid))


@pytest.fixture
def family() -> Iterator[Family]:
    family = Family()
    yield family
    for child in psutil.Process(family.started.pid).children():
        child.kill()
    family.started.kill()
    family.started.communicate()


def test_a_child_counts_the_same_while_it_runs_and_after_its_end(family: Family) -> None:
    before = family.cpu()
    assert family.send("0.3") == "used"
    living = family.cpu()
    assert living - before >= 0.27  # the system counts in hundredths, of user and of system time, rounded down
    assert family.send("wait") == "ended"
    assert psutil.Process(family.started.pid).children() == []
    ended = family.cpu()
    assert living - 0.04 <= ended
    assert ended - before < 0.6, "the child was counted twice"


def test_ended_and_running_children_are_added_up(family: Family) -> None:
    before = family.cpu()
    assert [family.send("0.2"), family.send("0.2"), family.send("wait")] == ["used", "used", "ended"]
    assert 0.35 <= family.cpu() - before < 0.7


def test_the_machines_busy_time_is_at_least_that_of_one_process(family: Family) -> None:
    machine, own = machine_cpu(), family.cpu()
    family.send("0.3")
    assert machine_cpu() - machine >= family.cpu() - own - 0.05

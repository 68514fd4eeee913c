"""The cost of a block of Python, in elementary operations: the same on every machine, however busy it is.

An elementary operation is a line executed (each iteration of a loop or comprehension counts), a call, or an item of a
container that a method written in C iterates over, as `list.index` does. Keys count how often they are hashed and
compared.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any  # results of trace functions and of the code that is measured

import graphql
import pytest
import strawberry

import kinegraph
from kinegraph.breadth import core, tasks

PACKAGES = kinegraph.__file__, graphql.__file__, strawberry.__file__, __file__
ROOTS = tuple(str(Path(file).parent) for file in PACKAGES)
FILES = (asyncio.tasks.__file__, asyncio.taskgroups.__file__)
"""Files and folders whose code is counted, beside generated code. The event loop's is not: its iterations depend on the
network."""

CONTAINERS = (list, tuple, dict, set, frozenset, deque)
CONSTANT_TIME = frozenset(
    ("append", "appendleft", "extend", "update", "pop", "popleft", "popitem", "get", "setdefault", "add", "discard",
     "items", "keys", "values", "clear")
)  # fmt: skip
"""Methods whose time does not depend on the size of the container."""

SIZES = (24, 48, 96)
"""Numbers of objects: more than a slice of graphql-core's lists, so that all three are completed in the same way."""


class CostCounter:
    """Counts elementary operations, as a trace and a profile function."""

    def __init__(self) -> None:
        self.count = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        """Count calls and lines."""
        if not is_counted(frame):
            return None
        self.count += 1
        return self._line

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        self.count += 1
        return self._line

    def profile(self, frame: FrameType, event: str, function: Any) -> None:
        """Count calls of functions written in C, and the items that they iterate over."""
        if event == "c_call" and is_counted(frame):
            owner = getattr(function, "__self__", None)
            iterates = isinstance(owner, CONTAINERS) and function.__name__ not in CONSTANT_TIME
            self.count += 1 + (len(owner) if iterates else 0)  # type: ignore[arg-type]  # all containers have a length


def is_counted(frame: FrameType) -> bool:
    """True if the frame's code is counted."""
    name = frame.f_code.co_filename
    return name.startswith((*ROOTS, "<")) or name in FILES


@contextmanager
def counting() -> Iterator[CostCounter]:
    """Count the operations of the block in this thread. Executions do not yield because of the time that has passed."""
    counter, trace, profile = CostCounter(), sys.gettrace(), sys.getprofile()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "TURN_SECONDS", float("inf"))
        patch.setattr(core, "TURN_SECONDS", float("inf"))
        sys.setprofile(counter.profile)
        sys.settrace(counter.trace)
        try:
            yield counter
        finally:
            sys.settrace(trace)
            sys.setprofile(profile)


class Key:
    """A key whose hashing and comparing are counted, as calls."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.number == other.number


ATTEMPTS = 3
"""How often costs are counted until they are linear: what a loaded machine adds, such as a commit that was put off
until its time is over, is not of the size."""


async def require_linear(run: Callable[[int], Awaitable[Any]], sizes: Sequence[int] = SIZES) -> list[int]:
    """Assert that the least cost of `run(size)` in some attempts is linear in the size. Returns the costs."""
    await run(sizes[0])  # compiles the plan, fills caches
    costs = [await _cost(run, size) for size in sizes]
    for _ in range(ATTEMPTS - 1):
        if _is_linear(costs):
            break
        costs = [min(cost, await _cost(run, size)) for cost, size in zip(costs, sizes, strict=True)]
    assert _is_linear(costs), f"{sizes} objects cost {costs}"
    return costs


async def _cost(run: Callable[[int], Awaitable[Any]], size: int) -> int:
    with counting() as counter:
        await run(size)
    return counter.count


def _is_linear(costs: Sequence[int]) -> bool:
    """True if twice the rows cost about twice as much more."""
    few, some, many = costs
    return few < some < many and many - some <= 2.1 * (some - few)

"""Counting what Python does: the steps of a block, the same on every machine however busy it is.

A step is a line that is come to (each round of a loop and of a comprehension is one), a call, or an item of a
container that a method written in C walks, as `list.index` does. Keys count how often they are hashed and compared.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import graphql
import pytest
import strawberry

import kinegraph
from kinegraph.breadth import core, tasks

PACKAGES = kinegraph.__file__, graphql.__file__, strawberry.__file__, __file__
ROOTS = tuple(str(Path(file).parent) for file in PACKAGES)
FILES = (asyncio.tasks.__file__, asyncio.taskgroups.__file__)
"""Whose steps are counted, with what is generated. Not the event loop's: it turns as often as the network has it."""

WALKED = (list, tuple, dict, set, frozenset, deque)
AT_ONCE = frozenset(
    ("append", "appendleft", "extend", "update", "pop", "popleft", "popitem", "get", "setdefault", "add", "discard",
     "items", "keys", "values", "clear")
)  # fmt: skip
"""Methods that take no longer where there is more in the container."""

SIZES = (24, 48, 96)
"""How many objects: above a slice of graphql-core's lists, so that all three are completed in the same manner."""


class Steps:
    """How many steps there were."""

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
        """Count calls of what is written in C, by the length of what they walk."""
        if event == "c_call" and is_counted(frame):
            owner = getattr(function, "__self__", None)
            walks = isinstance(owner, WALKED) and function.__name__ not in AT_ONCE
            self.count += 1 + (len(owner) if walks else 0)  # type: ignore[arg-type]  # all that are walked have a length


def is_counted(frame: FrameType) -> bool:
    """Whether the code is of those whose steps are counted."""
    name = frame.f_code.co_filename
    return name.startswith((*ROOTS, "<")) or name in FILES


@contextmanager
def counting() -> Iterator[Steps]:
    """Counts the steps of the block in this thread. An execution gives up no turn for having gone on for long."""
    steps, trace, profile = Steps(), sys.gettrace(), sys.getprofile()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "TURN_SECONDS", float("inf"))
        patch.setattr(core, "TURN_SECONDS", float("inf"))
        sys.setprofile(steps.profile)
        sys.settrace(steps.trace)
        try:
            yield steps
        finally:
            sys.settrace(trace)
            sys.setprofile(profile)


class Key:
    """A key whose hashing and comparing are steps."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.number == other.number


async def require_linear(run: Callable[[int], Awaitable[Any]], sizes: Sequence[int] = SIZES) -> list[int]:
    """Hold what runs for n to this: as many objects more take as many steps more, however many there were."""
    await run(sizes[0])  # what is prepared once is prepared now
    counts = []
    for size in sizes:
        with counting() as steps:
            await run(size)
        counts.append(steps.count)
    few, some, many = counts
    assert few < some < many
    assert many - some <= 2.1 * (some - few), f"{sizes} objects took {counts} steps"
    return counts

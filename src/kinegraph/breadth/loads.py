"""What batch functions are asked in one execution, and what they answer.

Keys are mostly tuples and UUIDs, whose hash is worked out anew wherever they are looked up. So each is looked up
once: it gets a place among its function's keys, and is known by that from then on.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from itertools import islice
from typing import Any

Call = Callable[[Hashable, list[Any], tuple[Hashable, Hashable] | None], Awaitable[Any]]
"""Calls a batch function with keys, or the function that answers it and another at once."""


class BatchLoad:
    """One batch function's keys with their places, and its answers by place; null answers null."""

    __slots__ = ("answers", "places")

    def __init__(self) -> None:
        self.places: dict[Any, int] = {None: 0}
        self.answers: list[Any] = [None]


class Loads:
    """The batch functions of an execution."""

    def __init__(self) -> None:
        self._by_batch: dict[Hashable, BatchLoad] = {}
        self._joined: dict[Hashable, tuple[Hashable, Hashable]] = {}

    def ask(self, batch: Hashable, keys: Iterable[Any], joined: tuple[Hashable, Hashable] | None = None) -> list[int]:
        """Ask a batch function for keys. Returns each one's place among its answers.

        `joined` names the batch function that is going to be asked for what hangs from the answers, and a function
        that answers both at once.
        """
        if joined is not None:
            self._joined[batch] = joined
        places = self._of(batch).places
        return [places.setdefault(key, len(places)) for key in keys]

    def answers(self, batch: Hashable) -> list[Any]:
        """The function's answers, by place."""
        return self._by_batch[batch].answers

    async def load(self, call: Call) -> None:
        """Call each batch function once, for the keys that it was not called for yet."""
        for batch, batch_load in list(self._by_batch.items()):
            keys = list(islice(batch_load.places, len(batch_load.answers), None))
            if not keys:
                continue
            joined = self._joined.pop(batch, None)
            if joined is None:
                answers = await call(batch, keys, None)
            else:
                answers, below = await call(batch, keys, joined)
                self._know(joined[0], below)
            if len(answers) != len(keys):
                raise ValueError(f"{batch} gave {len(answers)} answers to {len(keys)} keys.")
            batch_load.answers.extend(answers)

    def _know(self, batch: Hashable, answers: Mapping[Any, Any]) -> None:
        """Take answers that came without being asked for."""
        batch_load = self._of(batch)
        for key, answer in answers.items():
            if batch_load.places.setdefault(key, len(batch_load.places)) == len(batch_load.answers):
                batch_load.answers.append(answer)

    def _of(self, batch: Hashable) -> BatchLoad:
        batch_load = self._by_batch.get(batch)
        if batch_load is None:
            batch_load = self._by_batch[batch] = BatchLoad()
        return batch_load


def shared(index: list[int], answers: list[Any]) -> tuple[list[Any], list[int] | None]:
    """The answers at these places, each once, and which of them stands where; None where each stands once as it is."""
    used = dict.fromkeys(index)
    if len(used) == len(index):
        return [answers[place] for place in index], None
    first, last = min(used), max(used)
    if last - first + 1 == len(used):  # as where nobody else asks
        return answers[first : last + 1], [place - first for place in index]
    numbers = dict(zip(used, range(len(used)), strict=True))
    return [answers[place] for place in used], [numbers[place] for place in index]

"""The keys of objects, requested of each batch function in one execution, and the answers.

Keys are mostly tuples and UUIDs, whose hash is computed again at each lookup. So each key is looked up once: it gets a
number among the keys of its batch function, and the executor uses the number from then on.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import Answer, Key, SourceObject, Value
from kinegraph.breadth.columns import read_values

CallBatch = Callable[[Hashable, list[Key], tuple[Hashable, Hashable] | None], Awaitable[Answer]]
"""Calls a batch function with keys, or the function that answers it and another one at once."""


class BatchLoad:
    """The keys of one batch function with their numbers, and its answers by number; key and answer 0 are null."""

    __slots__ = ("answers", "numbers")

    def __init__(self) -> None:
        self.numbers: dict[Key, int] = {None: 0}
        self.answers: list[Answer] = [None]


class Loads:
    """The batch functions of an execution."""

    def __init__(self) -> None:
        self._by_batch: dict[Hashable, BatchLoad] = {}
        self._joined: dict[Hashable, tuple[Hashable, Hashable]] = {}

    def request(
        self, batch: Hashable, keys: Iterable[Key], joined: tuple[Hashable, Hashable] | None = None
    ) -> list[int]:
        """Add keys to the next call of a batch function. Returns the number of each key's answer.

        `joined` is the batch function of an edge below, and a function that answers both at once.
        """
        if joined is not None:
            self._joined[batch] = joined
        numbers = self._of(batch).numbers
        return [numbers.setdefault(key, len(numbers)) for key in keys]

    def answers(self, batch: Hashable) -> list[Answer]:
        """The answers of a batch function, by number."""
        return self._by_batch[batch].answers

    async def load(self, call: CallBatch) -> None:
        """Call each batch function once, for the keys that have no answer yet."""
        for batch, batch_load in list(self._by_batch.items()):
            keys = list(islice(batch_load.numbers, len(batch_load.answers), None))
            if not keys:
                continue
            joined = self._joined.pop(batch, None)
            if joined is None:
                answers = await call(batch, keys, None)
            else:
                answers, below = await call(batch, keys, joined)
                self._add_answers(joined[0], below)
            if len(answers) != len(keys):
                raise ValueError(f"{batch} gave {len(answers)} answers to {len(keys)} keys.")
            batch_load.answers.extend(answers)

    def _add_answers(self, batch: Hashable, answers: Mapping[Key, Answer]) -> None:
        """Store answers of a batch function that a joined function returned."""
        batch_load = self._of(batch)
        for key, answer in answers.items():
            if batch_load.numbers.setdefault(key, len(batch_load.numbers)) == len(batch_load.answers):
                batch_load.answers.append(answer)

    def _of(self, batch: Hashable) -> BatchLoad:
        batch_load = self._by_batch.get(batch)
        if batch_load is None:
            batch_load = self._by_batch[batch] = BatchLoad()
        return batch_load


def distinct(numbers: list[int], answers: list[Answer]) -> tuple[list[Answer], list[int] | None]:
    """The answers with these numbers, each once, and an index: for each number, which of these answers it is.

    The index is None where the answers correspond to the numbers one to one.
    """
    used = dict.fromkeys(numbers)
    if len(used) == len(numbers):
        return [answers[number] for number in numbers], None
    first, last = min(used), max(used)
    if last - first + 1 == len(used):  # consecutive, as where only one field uses the batch function
        return answers[first : last + 1], [number - first for number in numbers]
    renumbered = dict(zip(used, range(len(used)), strict=True))
    return [answers[number] for number in used], [renumbered[number] for number in numbers]


def _same_if_equal(values: list[Value]) -> list[Value]:
    """The values; if all are equal, the same object for all, so that its hash is computed once."""
    return [values[0]] * len(values) if values and values.count(values[0]) == len(values) else values


def keys_of(
    adapter: Adapter, objects: Sequence[SourceObject], key: str | tuple[str, ...] | Callable[[SourceObject], Key]
) -> Iterable[Key]:
    """The key of every object of a scope (`Edge.key`)."""
    if isinstance(key, str):
        return read_values(adapter, objects, key)
    if isinstance(key, tuple):
        return zip(*(_same_if_equal(read_values(adapter, objects, name)) for name in key), strict=True)
    return map(key, objects)

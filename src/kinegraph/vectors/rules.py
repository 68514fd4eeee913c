"""Vectors of queries: the hash that each is stored under, the text sent for it, and the limits of new ones."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kinegraph.language.rules_text import search_text
from kinegraph.lexicon.rules_query import analysed
from kinegraph.lexicon.rules_spelling import in_other_layout

Vector = tuple[float, ...]

MAX_STORED = 20_000
"""Maximum number of stored vectors, of 4 KiB each: the worker deletes those beyond it that are unused for longest."""
MAX_NEW = 10
"""Maximum number of new vectors that one document asks for."""
NEW_COST = 500
"""The cost that a caller is charged for a new vector (cost.meter)."""


class Absence(StrEnum):
    """Why there is no vector."""

    NO_EMBEDDINGS = "NO_EMBEDDINGS"
    """No embedding service is configured."""
    EMBEDDINGS_UNAVAILABLE = "EMBEDDINGS_UNAVAILABLE"
    """The service failed, did not answer in time, or was not called, since too many look-ups are under way."""
    EMBEDDINGS_LIMITED = "EMBEDDINGS_LIMITED"
    """Too many new queries: in this document, or of all callers together."""


Found = Mapping[str, Vector | Absence]
"""The vector of each text, or why there is none."""


def text_of(q: str) -> str:
    """The form of a search whose vector is sought: that of what was meant, where it was typed on another layout.

    Corrections of misspelled words are added, and these words stay: the lexicon takes ordinary words that it lacks for
    misspelled.
    """
    corrected = [segment.corrected[0] for segment in analysed(q).segments if segment.corrected]
    return " ".join([search_text(in_other_layout(q) or q), *corrected])


def hash_of(model: str, text: str) -> str:
    """The hash of a model and a text that it makes a vector of, in 64 hexadecimal digits."""
    return hashlib.sha256(f"{model}\n{text}".encode()).hexdigest()


FINAL = re.compile(r"(?<=[א-ת])[כמנצ](?![א-ת])")
FINALS = str.maketrans("כמנצ", "ךםןץ")


def sent_text(text: str) -> str:
    """The text sent to the service for one in the form of `text_of`: with Hebrew final letters, as they are written.

    Pe stays as it is: many words of training end in one that is no final letter, since they come from English.
    """
    return FINAL.sub(lambda found: found.group().translate(FINALS), text)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many new vectors may be asked for at once, and how many more in each second."""

    burst: int
    per_second: float


SIGNED_IN = Rate(300, 10)
ANONYMOUS = Rate(60, 2)
"""The rates of a process: of all users together, and of all callers without a token, whom nothing else tells apart."""


class Allowance:
    """New vectors that may be asked for now: a bucket that fills at a constant rate."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._left = float(rate.burst)
        self._at = clock()

    def take(self, texts: Sequence[str]) -> Sequence[str]:
        """The first of the texts that may be asked for, whose number is taken away."""
        now = self._clock()
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.per_second)
        self._at = now
        taken = texts[: int(self._left)]
        self._left -= len(taken)
        return taken

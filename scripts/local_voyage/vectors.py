"""Vectors of texts: hashed words, parts of words, and concepts of the lexicon."""

import math
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator

from kinegraph.language.rules_text import search_text, stem
from kinegraph.lexicon.rules_lexicon import meanings

DIMENSIONS = 1024
MAX_PHRASE = 4
"""Maximum number of words of a phrase that is looked up in the lexicon."""
FIRST_LINE, ALIASES, OTHER = 3.0, 2.0, 0.5
"""The weights of lines: the name of an exercise stands first, its aliases after `Also:`."""
CONCEPT, PART, WORD, TRIGRAM = 3.0, 1.0, 1.0, 0.25


def vector(text: str) -> list[float]:
    """The vector of a text, of length 1. One of a text without words is that of an empty word."""
    weights: defaultdict[str, float] = defaultdict(float)
    for number, line in enumerate(text.splitlines()):
        scale = ALIASES if line.startswith("Also: ") else FIRST_LINE if number == 0 else OTHER
        for phrase in re.split("[,;:|()]", line):
            for feature, weight in _features(search_text(phrase).split()):
                weights[feature] += weight * scale
    sums = [0.0] * DIMENSIONS
    for feature, weight in (weights or {"": 1.0}).items():
        hashed = zlib.crc32(feature.encode())
        sums[hashed % DIMENSIONS] += math.copysign(math.log1p(weight), 1 if hashed & 0x8000_0000 else -1)
    length = math.sqrt(sum(each * each for each in sums)) or 1.0
    return [each / length for each in sums]


def packed(text: str) -> bytes:
    """The vector of a text as 32-bit floats."""
    return struct.pack(f"<{DIMENSIONS}f", *vector(text))


def _features(words: list[str]) -> Iterator[tuple[str, float]]:
    """The features of a phrase, with their weights: its concepts, the longest phrases first, and its words."""
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + MAX_PHRASE), start, -1):
            found = [(concept, weight) for concept, weight in meanings(words[start:end]) if not concept.generic]
            for concept, weight in found:
                yield f"concept {concept.name}", CONCEPT * weight
                yield from ((f"concept {part}", PART * weight) for part in concept.parts)
            if found:
                start = end
                break
        else:
            start += 1
    for word in words:
        yield f"word {stem(word)}", WORD
        yield from ((f"part {word[at : at + 3]}", TRIGRAM) for at in range(max(1, len(word) - 2)))

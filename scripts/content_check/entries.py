"""Laws of all that an athlete reads: names instead of slugs, one spelling, emergency numbers with red flags."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # JSON of the entries

from kinegraph.canonical.rules_files import shipped_progressions
from kinegraph.classification.rules_classes import data

Row = Mapping[str, Any]
RED_FLAGS = re.compile(
    r"chest pain|pain or pressure in the chest|pressure in the chest|double vision|trouble (in|with) speaking"
    r"|trouble speaking|numb(ness)? between the legs|bladder or bowel|short(ness)? of breath at rest|sudden weakness",
    re.I,
)  # fmt: skip
"""Signs of a stroke, a heart attack, a clot in the lung or a pressed spinal cord."""
LATE = re.compile(r"\b(call|see|ask|tell|phone) (a|your|the) (doctor|physiotherapist|clinician)\b", re.I)
EMERGENCY = re.compile(r"112|911|medical help at once|emergency", re.I)
SPELLINGS = re.compile(r"\b(fibers?|color|center of|program\b)", re.I)
READ = ("description", "athleteNotes", "cues", "commonFaults", "scalingOptions", "instructions")


def read_texts(row: Row) -> Iterator[str]:
    """The texts of an entry that athletes and coaches read."""
    for key in READ:
        value = row.get(key, ())
        for each in (value,) if isinstance(value, str) else value:
            yield each if isinstance(each, str) else each["body"]
    for own in row["training"]["conditions"].values():
        yield from (own[key] for key in ("text", "modification", "dose") if key in own)


def matrix_texts() -> Iterator[str]:
    """The reasons and modifications of the severity matrix and of the rules of sessions."""
    for rule in (*data("matrix.json"), *data("cautions.json")):
        yield rule["because"]
        yield rule.get("instead", "")


def graph_texts() -> Iterator[str]:
    """The texts of the progression graph."""
    for edge in shipped_progressions():
        yield from (*edge.get("readinessIndicators", ()), *edge.get("transitionCues", ()), edge.get("notes", ""))


def entry_faults(rows: Sequence[Row]) -> Iterator[str]:
    """The faults of all texts, each with its place."""
    slugs = [row["slug"] for row in rows if "-" in row["slug"] and row["name"].lower() != row["slug"]]
    slug = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, slugs))})(?![\w-])")
    located = [(row["slug"], text) for row in rows for text in read_texts(row)]
    located += [("matrix", text) for text in matrix_texts()] + [("graph", text) for text in graph_texts()]
    for place, text in located:
        if (found := slug.search(text)) is not None:
            yield f"{place}: the slug {found[0]} instead of the name: {text}"
        if (spelled := SPELLINGS.search(text)) is not None:
            yield f"{place}: the spelling {spelled[0]!r}: {text}"
        if RED_FLAGS.search(text) and LATE.search(text) and not EMERGENCY.search(text):
            yield f"{place}: a red flag without an emergency number: {text}"

"""What is written for a decision: a whole row, and what hangs from it where that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kinegraph.exchange.rules_content import COLUMNS, DEFAULTS, TERMS, digest, is_digest
from kinegraph.exchange.rules_decisions import Decision, Stored
from kinegraph.exercise.rules_details import condition_key


@dataclass(slots=True)
class Record:
    """A row to write; None for what hangs from it and stays as it is."""

    columns: dict[str, Any]
    id: UUID | None
    instructions: Sequence[Mapping[str, Any]] | None
    contraindications: Sequence[Mapping[str, Any]] | None
    terms: Sequence[Mapping[str, Any]] | None
    fatigue: Sequence[Mapping[str, Any]] | None


def record_of(decision: Decision) -> Record:
    """The row of a decision: what the entry sets, and for the rest what is stored, or the default."""
    stored = decision.stored
    before = stored.content if stored else DEFAULTS
    after = {**before, **decision.entry.content}
    hashed = stored.seed_hash if stored and _is_seeds(stored.seed_hash) else digest(decision.entry.content)
    key = stored.import_key if stored and decision.keeps_key else decision.entry.key
    has = {name: after[name] != before[name] for name in after}
    return Record(
        {**{name: after[name] for name in COLUMNS}, "import_key": key, "seed_hash": hashed},
        stored.id if stored else None,
        _placed(_with_images(after["instructions"], stored)) if has["instructions"] else None,
        _placed(_keyed(after["contraindications"])) if has["contraindications"] else None,
        [{"kind": kind, "slug": slug} for name, kind in TERMS.items() for slug in after[name]]
        if any(has[name] for name in TERMS)
        else None,
        [{"fatigue_score": after["fatigue_score"]}] if has["fatigue_score"] else None,
    )


def _is_seeds(hashed: str | None) -> bool:
    return hashed is not None and not is_digest(hashed)


def _placed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "sort_order": place} for place, entry in enumerate(entries)]


def _keyed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "condition_key": condition_key(entry["condition"])} for entry in entries]


def _with_images(entries: Sequence[Mapping[str, Any]], stored: Stored | None) -> list[dict[str, Any]]:
    """The instructions, each with the picture of the one that says the same in the stored row."""
    left = [*(stored.images if stored else ())]
    found = []
    for entry in entries:
        same = next((image for image in left if (image["type"], image["body"]) == (entry["type"], entry["body"])), None)
        if same:
            left.remove(same)
        found.append({**entry, **{name: same[name] if same else None for name in ("image_key", "image_mime")}})
    return found

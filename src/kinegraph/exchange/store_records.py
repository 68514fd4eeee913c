"""The rows that an import writes, made of its decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.exchange.rules import Decision, Stored
from kinegraph.exchange.rules_fields import DEFAULTS, TERMS
from kinegraph.exercise.rules_columns import EXCHANGED
from kinegraph.exercise.rules_details import condition_key
from kinegraph.formats.hashes import digest, is_digest
from kinegraph.video.rules import NO_VIDEO, video_columns


@dataclass(slots=True)
class Record:
    """A row to write, with its child rows; None for a child table that does not change."""

    columns: dict[str, Any]
    id: UUID | None
    instructions: Sequence[Mapping[str, Any]] | None
    contraindications: Sequence[Mapping[str, Any]] | None
    terms: Sequence[Mapping[str, Any]] | None
    fatigue: Sequence[Mapping[str, Any]] | None


def record_of(decision: Decision) -> Record:
    """The row of a decision: the values of the entry, else the stored values, or the defaults of a new row."""
    stored = decision.stored
    before = stored.content if stored else DEFAULTS
    after = {**before, **decision.entry.content}
    derived = video_columns(decision.entry.content, before["video_url"])
    video = {**(stored.video if stored else NO_VIDEO), **derived}
    after |= {name: value for name, value in derived.items() if name in after}
    hashed = stored.seed_hash if stored and _is_of_seeding(stored.seed_hash) else digest(decision.entry.content)
    key = stored.import_key if stored and decision.is_key_unchanged else decision.entry.key
    changes = {name: after[name] != before[name] for name in after}
    return Record(
        {**video, **{name: after[name] for name in EXCHANGED}, "import_key": key, "seed_hash": hashed},
        stored.id if stored else None,
        _numbered(_with_images(after["instructions"], stored)) if changes["instructions"] else None,
        _numbered(_keyed(after["contraindications"])) if changes["contraindications"] else None,
        [{"kind": kind, "slug": slug} for name, kind in TERMS.items() for slug in after[name]]
        if any(changes[name] for name in TERMS)
        else None,
        [{"fatigue_score": after["fatigue_score"]}] if changes["fatigue_score"] else None,
    )


def _is_of_seeding(hashed: str | None) -> bool:
    return hashed is not None and not is_digest(hashed)


def _numbered(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "sort_order": index} for index, entry in enumerate(entries)]


def _keyed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "condition_key": condition_key(entry["condition"])} for entry in entries]


def _with_images(entries: Sequence[Mapping[str, Any]], stored: Stored | None) -> list[dict[str, Any]]:
    """The instructions, each with the picture of the equal instruction of the stored row."""
    left = [*(stored.images if stored else ())]
    found = []
    for entry in entries:
        same = next((image for image in left if (image["type"], image["body"]) == (entry["type"], entry["body"])), None)
        if same:
            left.remove(same)
        found.append({**entry, **{name: same[name] if same else None for name in ("image_key", "image_mime")}})
    return found

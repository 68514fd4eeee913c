"""Writing what hangs from an exercise, with the files that it names: instructions, contraindications, tags, video."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import UUID

from kinegraph.exercise import rules_details, store_details, store_taxonomy
from kinegraph.exercise.rules_taxonomy import MOST_TERMS
from kinegraph.exercise.rules_video import FILES as PUBLIC
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Path, Refusal, Refused
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.media.graph_uses import Settled, settled, use
from kinegraph.media.rules import UploadNotFound, UploadPurpose

Files = Mapping[UUID, Settled]
"""Uploads that were looked at, by id."""


FILES = {"video": UploadPurpose.EXERCISE_VIDEO, "thumbnail": UploadPurpose.EXERCISE_THUMBNAIL}
"""What may be uploaded for an exercise's own columns."""


@dataclass(slots=True)
class Parts:
    """What an input says of the rows that hang from an exercise; None for what it leaves alone."""

    instructions: list[dict[str, Any]] | None = None
    contraindications: list[dict[str, Any]] | None = None
    term_ids: list[UUID] | None = None
    uploads: dict[UUID, tuple[UploadPurpose, Path]] = field(default_factory=dict)
    """The uploads that it names, what for and where."""

    @classmethod
    def take(cls, values: dict[str, Any], at: Path, checks: Checks) -> "Parts":
        """Take the parts out of an input's values, checked."""
        parts = cls()
        if "instructions" in values:
            sent = values.pop("instructions")
            parts.instructions = rules_details.checked_instructions(sent, (*at, "instructions"), checks)
            for entry in parts.instructions:
                key = parse_key(entry["image"] or "")
                if key is not None:
                    here = (*at, "instructions", str(entry["sort_order"]), "imageKey")
                    parts.uploads[key] = UploadPurpose.INSTRUCTION_IMAGE, here
        if "contraindications" in values:
            sent = values.pop("contraindications")
            parts.contraindications = rules_details.checked_contraindications(sent, (*at, "contraindications"), checks)
        if "term_ids" in values:
            sent = values.pop("term_ids") or []
            if len(sent) > MOST_TERMS:
                checks.refuse(f"Must be at most {MOST_TERMS} terms; these are {len(sent)}.", *at, "termIds")
            parts.term_ids = [*dict.fromkeys(checks.all(sent[:MOST_TERMS], (*at, "termIds"), checks.key))]
        for name, purpose in FILES.items():
            sent = values.pop(f"{name}_upload_id", None)
            if sent is None:
                continue
            here = (*at, f"{name}UploadId")
            if f"{name}_url" in values:
                checks.refuse(f"Send {name}UploadId or {name}Url, not both.", *here)
            parts.uploads[checks.key(sent, here)] = purpose, here
        return parts

    def addresses(self, files: Files, base: str) -> dict[str, Any]:
        """The columns that uploaded files fill: addresses at the API, which lead to them for good."""
        names = {purpose: f"{name}_url" for name, purpose in FILES.items()}
        return {
            names[purpose]: f"{base}{PUBLIC}{quote(files[id].key)}"
            for id, (purpose, _) in self.uploads.items()
            if purpose in names
        }


async def looked_at(info: Info, parts: Parts) -> Files:
    """The uploads that an input names, looked at and copied to where they stay. To be called before writing."""
    if not parts.uploads:
        return {}
    found = await settled(info, [(id, purpose, at) for id, (purpose, at) in parts.uploads.items()])
    return {file.upload.id: file for file in found}


async def store_parts(session: WriteSession, exercise: Row, parts: Parts, files: Files) -> None:
    """Bring what hangs from an exercise to what an input says. Raises Refused."""
    if files:
        places = {id: at for id, (_, at) in parts.uploads.items()}
        await use(session, [*files.values()], exercise.organization_id, places, exercise.id)
    written = 0
    if parts.instructions is not None:
        entries = await _with_images(session, exercise, parts.instructions, files)
        written += await store_details.replace_instructions(session, exercise, entries)
    if parts.contraindications is not None:
        written += await store_details.replace_contraindications(session, exercise, parts.contraindications)
    if parts.term_ids is not None:
        written += await _tag(session, exercise, parts.term_ids)
    if written:
        await store_details.touch(session, exercise.id)


async def _with_images(
    session: WriteSession, exercise: Row, entries: list[dict[str, Any]], files: Files
) -> list[dict[str, Any]]:
    """The instructions with their pictures' keys and types. Raises Refused for those that are not there."""
    named = {entry["image"] for entry in entries if entry["image"]}
    known = await store_details.images(session, exercise.organization_id, [*named]) if named else {}
    known |= {str(id): file.upload.mime for id, file in files.items()}
    keys = {str(id): file.key for id, file in files.items()}
    message = "There is no such picture: send an upload's id, or an instruction's imageKey."
    faults: list[Refusal] = [
        UploadNotFound(message, "input", "instructions", entry["sort_order"], "imageKey")
        for entry in entries
        if entry["image"] and _plain(entry["image"]) not in known
    ]
    if faults:
        raise Refused(faults)
    return [
        {
            **entry,
            "image_key": keys.get(_plain(entry["image"]), entry["image"]),
            "image_mime": known.get(_plain(entry["image"])),
        }
        for entry in entries
    ]


def _plain(image: str | None) -> str:
    """An upload's id in the spelling that ids have here; a key as it is."""
    key = parse_key(image or "")
    return str(key) if key is not None else image or ""


async def _tag(session: WriteSession, exercise: Row, ids: list[UUID]) -> int:
    found = await store_taxonomy.terms(session, [(exercise.organization_id, id) for id in ids])
    faults: list[Refusal] = [
        NotFound("There is no such term in the global taxonomies or the organization's.", "input", "termIds", place)
        for place, term in enumerate(found)
        if term is None
    ]
    if faults:
        raise Refused(faults)
    return await store_taxonomy.replace_tags(session, exercise, [term for term in found if term is not None])

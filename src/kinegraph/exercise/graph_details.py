"""Instructions, contraindications, tags and files of an exercise: types, inputs, and writing an input's values."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # values of an input, by name
from urllib.parse import quote
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.exercise import rules_details as rules
from kinegraph.exercise import store_details, store_nodes
from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.rules_columns import api_name
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound, Path, Refusal, Refused
from kinegraph.kit.graph import Node, field, node
from kinegraph.kit.sessions import WriteSession
from kinegraph.media.graph_uses import StoredUpload, UploadUse, announced_elsewhere, store_uploads, use
from kinegraph.media.rules import UploadNotFound, UploadPurpose
from kinegraph.outside.storage import ObjectStorage
from kinegraph.taxonomy import store as store_taxonomy
from kinegraph.taxonomy.rules import MAX_TERMS, TermRow
from kinegraph.video.rules_providers import FILES as PUBLIC

described_enum(
    rules.InstructionType,
    "What an instruction is about.",
    PREPARATION="How to set up.",
    STEP="A step of the movement, in order.",
    FORM_CUE="What good form looks or feels like.",
    BREATHING="When to breathe in and out.",
    SAFETY="When to stop, and what to mind.",
)
described_enum(
    rules.ContraindicationSeverity,
    "How strongly a condition speaks against an exercise.",
    WARNING="Go carefully.",
    RESTRICTION="Only modified, or with a clinician's leave.",
    ABSOLUTE="Not at all: it rules the exercise out.",
)


@node(store_nodes.instructions, "exercise_instructions")
@strawberry.type(description="One instruction for the athlete.")
class Instruction(Node):
    id: strawberry.ID = strawberry.field(description="The instruction's id.")
    type: rules.InstructionType = strawberry.field(description="What it is about.")
    body: str = strawberry.field(description="What the athlete reads, 1 to 2,000 characters.")
    sort_order: int = strawberry.field(description="Its place among the exercise's instructions, from 0.")
    image_key: str | None = strawberry.field(
        description="Names its picture: pass it as imageKey to keep the picture, or to use it in another instruction."
    )

    @field("A signed address of its picture, which expires (by default within about an hour); null without one.")
    async def image_url(root: strawberry.Parent[rules.InstructionRow], info: Info) -> str | None:
        storage: ObjectStorage = info.context.storage
        if root.image_key is None or root.image_mime is None:
            return None
        return await storage.read_url(root.image_key, root.image_mime)


@node(store_nodes.contraindications, "exercise_contraindications")
@strawberry.type(description="A condition that speaks against an exercise.")
class Contraindication(Node):
    id: strawberry.ID = strawberry.field(description="The contraindication's id.")
    condition: str = strawberry.field(description="The condition, e.g. shoulder_impingement.")
    severity: rules.ContraindicationSeverity = strawberry.field(description="How strongly it speaks against it.")
    description: str | None = strawberry.field(description="Why, and what to do instead.")


@strawberry.input(description="One instruction for the athlete.")
class InstructionInput:
    type: rules.InstructionType = strawberry.field(description="What it is about.")
    body: str = strawberry.field(description="What it says, at most 2,000 characters.")
    image_key: str | None = strawberry.field(
        default=UNSET,
        description="Its picture: the id of an upload for this exercise, or the imageKey of an instruction of the "
        "organization or of a canonical exercise.",
    )


@strawberry.input(description="A condition that speaks against an exercise.")
class ContraindicationInput:
    condition: str = strawberry.field(description="The condition, at most 120 characters, e.g. shoulder_impingement.")
    severity: rules.ContraindicationSeverity = strawberry.field(description="How strongly it speaks against it.")
    description: str | None = strawberry.field(
        default=UNSET, description="Why, and what to do instead, at most 2,000 characters."
    )


Files = Mapping[UUID, StoredUpload]
"""Uploads whose files were inspected and copied, by id."""

FILES = {UploadPurpose.EXERCISE_VIDEO: "video", UploadPurpose.EXERCISE_THUMBNAIL: "thumbnail"}
"""The purposes of uploads that fill columns of the exercise, and the prefix of these columns."""


@dataclass(slots=True)
class DetailInputs:
    """The child rows, tags and uploads in an input; None for a list that the input does not contain."""

    instructions: list[dict[str, Any]] | None = None
    contraindications: list[dict[str, Any]] | None = None
    term_ids: list[UUID] | None = None
    uploads: list[UploadUse] = dataclasses.field(default_factory=list)
    """The uploads that it uses, each with its purpose and its path in the input; one may stand there twice."""
    refusals: list[Refusal] = dataclasses.field(default_factory=list)
    """The refusals of its uploads, which are raised together with those of the other values."""

    @classmethod
    def pop_from(cls, values: dict[str, Any], at: Path, checks: Checks) -> "DetailInputs":
        """Remove the details from an input's values, and return them, checked."""
        details = cls()
        if "instructions" in values:
            sent = values.pop("instructions")
            details.instructions = rules.checked_instructions(sent, (*at, "instructions"), checks)
            for entry in details.instructions:
                key = parse_key(entry["image"] or "")
                if key is not None:
                    path = (*at, "instructions", str(entry["sort_order"]), "imageKey")
                    details.uploads.append((key, UploadPurpose.INSTRUCTION_IMAGE, path))
        if "contraindications" in values:
            sent = values.pop("contraindications")
            details.contraindications = rules.checked_contraindications(sent, (*at, "contraindications"), checks)
        if "term_ids" in values:
            sent = values.pop("term_ids") or []
            if len(sent) > MAX_TERMS:
                checks.refuse(f"Must be at most {MAX_TERMS} terms; these are {len(sent)}.", *at, "termIds")
            details.term_ids = checks.all(sent[:MAX_TERMS], (*at, "termIds"), checks.key)
        for purpose, name in FILES.items():
            sent = values.pop(f"{name}_upload_id", None)
            if sent is None:
                continue
            path = (*at, f"{name}UploadId")
            if f"{name}_url" in values:
                checks.refuse(f"Send {name}UploadId or {name}Url, not both.", *path)
            details.uploads.append((checks.key(sent, path), purpose, path))
        return details

    @property
    def paths(self) -> list[tuple[UUID, Path]]:
        """The paths in the input of its uploads, with their ids."""
        return [(id, path) for id, _, path in self.uploads]

    def addresses(self, files: Files, base: str) -> dict[str, Any]:
        """The columns that uploaded files fill: URLs at the API (`base`) that do not expire."""
        return {
            f"{FILES[purpose]}_url": f"{base}{PUBLIC}{quote(files[id].key)}"
            for id, purpose, _ in self.uploads
            if purpose in FILES and id in files
        }

    def require_usable(self, files: Files, owner: tuple[UUID | None, UUID] | None) -> None:
        """Raise Refused if an upload cannot be used, for this owner (an organization and its exercise) where known."""
        elsewhere = announced_elsewhere([*files.values()], owner[0], self.paths, owner[1]) if owner else []
        if refusals := [*self.refusals, *elsewhere]:
            raise Refused(refusals)

    async def mark_used(
        self, session: WriteSession[Viewer], files: Files, organization_id: UUID | None, exercise_id: UUID
    ) -> None:
        """Mark the uploads as used for this exercise in this organization. Raises Refused."""
        if files:
            await use(session, [*files.values()], organization_id, self.paths, exercise_id)

    def path_of(self, columns: list[str]) -> Path:
        """The path of the input's field that sets the first of these columns, perhaps by an upload."""
        uploaded = {f"{FILES[purpose]}_url": path for _, purpose, path in self.uploads if purpose in FILES}
        return next((uploaded.get(name, ("input", api_name(name))) for name in columns), ("input",))


async def stored_files(info: Info, details: DetailInputs) -> Files:
    """Inspect and copy the files of the uploads that an input uses. A mutation calls this before it writes."""
    if not details.uploads:
        return {}
    try:
        found = await store_uploads(info, details.uploads)
    except Refused as refused:
        details.refusals = [*refused.refusals]
        return {}
    return {file.upload.id: file for file in found}


Images = Mapping[str, tuple[str, str]]
"""Keys and types of picture files, by the text that an input names them with."""

Named = tuple[Images, list[TermRow]]
"""The stored pictures and taxonomy terms that an input names."""


async def named_details(
    session: WriteSession[Viewer], owners: Sequence[UUID | None], details: DetailInputs, files: Files
) -> Named:
    """The pictures and the terms that an input names, for an exercise of one of these owners. Raises Refused.

    `owners` is the exercise's; `possible_owners` where the exercise itself was refused.
    """
    faults = [*details.refusals]
    images = await _named_pictures(session, owners, details, files, faults)
    terms = await _terms(session, owners, details.term_ids or [], faults)
    if faults:
        raise Refused(faults)
    return images, terms


async def replace_details(
    session: WriteSession[Viewer], exercise: ExerciseRow, details: DetailInputs, files: Files, named: Named
) -> None:
    """Replace the child rows and tags that an input contains. Raises Refused for uploads that cannot be used."""
    images, terms = named
    await details.mark_used(session, files, exercise.organization_id, exercise.id)
    written = 0
    if details.instructions is not None:
        written += await store_details.replace_instructions(session, exercise, _pictured(details.instructions, images))
    if details.contraindications is not None:
        written += await store_details.replace_contraindications(session, exercise, details.contraindications)
    if details.term_ids is not None:
        written += await store_taxonomy.replace_tags(session, exercise, terms)
    if written:
        await store_details.touch(session, exercise.id)


def possible_owners(viewer: Viewer) -> list[UUID | None]:
    """The owners of exercises that the viewer may write: canonical ones and organizations."""
    return [None, *viewer.coached()]


async def _named_pictures(
    session: WriteSession, owners: Sequence[UUID | None], details: DetailInputs, files: Files, faults: list[Refusal]
) -> Images:
    """The pictures that the instructions name. Pictures that do not exist are added to the faults."""
    named = {entry["image"] for entry in details.instructions or () if entry["image"]}
    existing = await store_details.images(session, owners, [*named]) if named else {}
    found = {key: (key, mime) for key, mime in existing.items()}
    found |= {str(id): (file.key, file.upload.mime) for id, file in files.items()}
    refused = {str(id) for id, _ in details.paths if details.refusals}
    message = "There is no such picture: send an upload's id, or an instruction's imageKey."
    faults += [
        UploadNotFound(message, "input", "instructions", entry["sort_order"], "imageKey")
        for entry in details.instructions or ()
        if entry["image"] and _image_key(entry["image"]) not in {*found, *refused}
    ]
    return found


def _pictured(entries: list[dict[str, Any]], images: Images) -> list[dict[str, Any]]:
    """The instructions with their pictures' keys and types."""
    named = ((entry, images.get(_image_key(entry["image"]), (None, None))) for entry in entries)
    return [{**entry, "image_key": key, "image_mime": mime} for entry, (key, mime) in named]


def _image_key(image: str | None) -> str:
    """An upload's id in its canonical spelling; a picture's key as it is."""
    key = parse_key(image or "")
    return str(key) if key is not None else image or ""


async def _terms(
    session: WriteSession, owners: Sequence[UUID | None], ids: list[UUID], faults: list[Refusal]
) -> list[TermRow]:
    """The terms that an input names. Terms that do not exist are added to the faults."""
    if not ids:
        return []
    found = await store_taxonomy.terms_in_views(session, owners, ids)
    message = "There is no such term in the global taxonomies or the organization's."
    faults += [NotFound(message, "input", "termIds", index) for index, term in enumerate(found) if term is None]
    return [term for term in found if term is not None]

"""Instructions and contraindications as the API shows and takes them."""

from typing import Any

import strawberry
from strawberry import UNSET

from kinegraph.exercise import rules_details as rules
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import field
from kinegraph.outside.storage import ObjectStorage

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


@strawberry.type(description="One instruction for the athlete.")
class Instruction:
    id: strawberry.ID = strawberry.field(description="The instruction's id.")
    type: rules.InstructionType = strawberry.field(description="What it is about.")
    body: str = strawberry.field(description="What it says.")
    sort_order: int = strawberry.field(description="Its place among the exercise's instructions, from 0.")
    image_key: str | None = strawberry.field(
        description="Names its picture: pass it as imageKey to keep the picture, or to use it in another instruction."
    )

    @field("A signed address of its picture, which expires (1 hour by default); null without one.")
    async def image_url(root: strawberry.Parent[Any], info: Info) -> str | None:
        storage: ObjectStorage = info.context.storage
        return None if root.image_key is None else await storage.read_url(root.image_key, root.image_mime)


@strawberry.type(description="A condition that speaks against an exercise.")
class Contraindication:
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

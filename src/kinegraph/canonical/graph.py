"""The mutation that seeds canonical exercises from a file in the object storage."""

from typing import Annotated

import strawberry

from kinegraph.background.graph_mutations import JobPayload, admin_session, enqueue_job
from kinegraph.background.rules import JobKind
from kinegraph.canonical.rules_objects import KEY_FAULT, SEEDS, is_seed_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.graph import mutation, takes_input

ObjectKey = Annotated[
    str,
    strawberry.argument(
        description=f"Key of a JSON file under {SEEDS} in the object storage, in the format of the shipped library."
    ),
]


@strawberry.type
class Mutation:
    @mutation(
        "Seed canonical exercises from a file in the object storage: all of its rows, by slug, or none. It enqueues a "
        "job and returns it at once; the job's message says how many rows were added, changed and left, its error "
        "which rows are rejected, and why. Platform admins only."
    )
    @takes_input("The file to seed from.")
    async def seed_canonical_exercises(self, info: Info, object_key: ObjectKey) -> JobPayload:
        await admin_session(info)
        if not is_seed_key(object_key):
            raise InvalidInput(KEY_FAULT, "objectKey")
        return await enqueue_job(info, JobKind.SEED_CANONICAL, {"object_key": object_key})

"""Jobs as the API shows them, to platform admins."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from kinegraph.background import rules, store
from kinegraph.identity import store_nodes
from kinegraph.identity.graph import User
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.graph import Node, edge, field, node
from kinegraph.kit.pages import MAX_PAGE_SIZE

described_enum(
    rules.JobKind,
    "What a job does.",
    SEED_CANONICAL="Stores the canonical library.",
    ENRICH_CANONICAL="Has a language model propose aliases of canonical exercises in other languages.",
    EMBED_EXERCISES="Embeds exercises for the search by meaning.",
    EMBED_WORKOUTS="Embeds workouts for the search by meaning.",
    THUMBNAIL="Makes the thumbnail of an image.",
    ROTATE_TELEMETRY="Makes the partitions of telemetry ahead, and drops what is older than the retention.",
)
described_enum(
    rules.JobStatus,
    "How far a job is.",
    QUEUED="It waits for a worker, for the first time or again.",
    RUNNING="A worker is at it.",
    SUCCEEDED="It was done.",
    FAILED="It cannot be done, or was tried too often; `error` says why. It stays so until `retryJob`.",
    CANCELLED="A platform admin cancelled it; it stays so until `retryJob`.",
)


@node(store.jobs, "jobs")
@strawberry.type(description="A piece of work in the background.")
class Job(Node):
    id: strawberry.ID = strawberry.field(description="The job's id.")
    kind: rules.JobKind = strawberry.field(description="Which work it is, such as making thumbnails.")
    status: rules.JobStatus = strawberry.field(description="How far it is.")
    total: int | None = strawberry.field(description="How many pieces it has, where that is known.")
    done: int = strawberry.field(description="How many of them are done.")
    message: str | None = strawberry.field(description="What it does at the moment, or what it did.")
    error: str | None = strawberry.field(description="Why it failed, or why it is tried again.")
    tries: int = strawberry.field(description="How often it was begun.")
    next_try_at: datetime | None = strawberry.field(
        description="When a QUEUED job is due; null once a worker gets it, and for all others."
    )
    cancel_requested: bool = strawberry.field(
        description="Whether it was cancelled; a RUNNING job stops when its worker next stores progress."
    )
    can_retry: bool = strawberry.field(description="Whether `retryJob` queues it again: it FAILED or was CANCELLED.")
    requested_by: User | None = edge(
        store_nodes.people,
        "requested_by_user_id",
        "Who asked for it, as far as the caller sees them; null for a job of a fact or a schedule.",
    )
    enqueued_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When it was first begun.")
    finished_at: datetime | None = strawberry.field(description="When it ended; null before.")


ADMINS_ONLY = "Only platform admins see jobs."


@strawberry.type
class Query:
    @field("A job (platform admins).")
    async def job(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The job's id.")]
    ) -> Job | None:
        key = require_key(id, "id")
        require_platform_admin(await info.context.viewer(), ADMINS_ONLY)
        found: Job | None = await info.context.load(store.jobs, key)
        return found

    @field("The newest jobs (platform admins).")
    async def jobs(
        self,
        info: Info,
        kind: Annotated[rules.JobKind | None, strawberry.argument(description="Only jobs of this kind.")] = None,
        status: Annotated[rules.JobStatus | None, strawberry.argument(description="Only jobs that are so far.")] = None,
        first: Annotated[int | None, strawberry.argument(description="How many, 0 to 100; null is the default.")] = 20,
    ) -> list[Job]:
        count = 20 if first is None else first
        if not 0 <= count <= MAX_PAGE_SIZE:
            raise InvalidInput(f"Must be from 0 to {MAX_PAGE_SIZE}.", "first")
        require_platform_admin(await info.context.viewer(), ADMINS_ONLY)
        session = await info.context.session()
        found = await store.newest(session, kind and kind.value, status and status.value, count)
        return cast("list[Job]", found)

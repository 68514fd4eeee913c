"""The mutations of jobs, for platform admins; and the payload of those that enqueue one."""

from collections.abc import Mapping
from typing import Annotated, Any  # Any: a job's arguments are JSON
from uuid import UUID

import strawberry

from kinegraph.background import rules, store, store_requests
from kinegraph.background.graph import Job
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound
from kinegraph.kit.graph import mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row

ADMINS_ONLY = "Only platform admins may do this."
ID = ("input", "id")


@strawberry.input(description="The job that is tried again.")
class RetryJobInput:
    id: strawberry.ID = strawberry.field(description="The job's id.")


@strawberry.input(description="The job that is cancelled.")
class CancelJobInput:
    id: strawberry.ID = strawberry.field(description="The job's id.")


@payload("The job that was enqueued or changed.")
class JobPayload:
    job: Job | None = strawberry.field(default=None, description="The job as it is stored now.")


async def admin_session(info: Info) -> WriteSession[Viewer]:
    """The write session of a platform admin. Raises Forbidden for others."""
    session: WriteSession[Viewer] = await info.context.write_session()
    require_platform_admin(session.viewer, ADMINS_ONLY)
    return session


async def enqueue_job(info: Info, kind: rules.JobKind, arguments: Mapping[str, Any]) -> JobPayload:
    """Store a new job that the viewer requests, due at once. Returns the payload. Raises Forbidden and Conflict."""
    session = await admin_session(info)
    if await store_requests.count_requested(session, kind) >= rules.MAX_REQUESTED:
        raise Conflict(f"{rules.MAX_REQUESTED} jobs of this kind have not ended yet; try again when some have.")
    (id,) = await store.insert(session, [(kind, arguments)], session.viewer.user.id)
    return await _job_payload(session, id)


@strawberry.type
class Mutation:
    @mutation(
        "Queue a job again that FAILED or was CANCELLED; it is due at once, and has all its tries before it. A QUEUED "
        "job that waits for its next try is due at once, too; a RUNNING one stays as it is. Platform admins only."
    )
    async def retry_job(
        self,
        info: Info,
        input: Annotated[RetryJobInput, strawberry.argument(description="The job that is tried again.")],
    ) -> JobPayload:
        session, key, status = await _locked(info, input.id)
        if status == rules.JobStatus.SUCCEEDED:
            raise Conflict("The job has succeeded; enqueue a new one to do the same again.", *ID)
        await store_requests.retry(session, key)
        return await _job_payload(session, key)

    @mutation(
        "Cancel a job. A QUEUED one is CANCELLED at once. A RUNNING one is marked by `cancelRequested`, and is "
        "CANCELLED when its worker next stores progress: what it committed before stays, nothing is half-written. It "
        "SUCCEEDED where it was done before that. Platform admins only."
    )
    async def cancel_job(
        self,
        info: Info,
        input: Annotated[CancelJobInput, strawberry.argument(description="The job that is cancelled.")],
    ) -> JobPayload:
        session, key, status = await _locked(info, input.id)
        if status in (rules.JobStatus.SUCCEEDED, rules.JobStatus.FAILED):
            raise Conflict("The job has ended; there is nothing to cancel.", *ID)
        await store_requests.cancel(session, key)
        return await _job_payload(session, key)


async def _locked(info: Info, id: str) -> tuple[WriteSession[Viewer], UUID, str]:
    """The session, the key and the status of a job that is locked. Raises Forbidden, InvalidInput and NotFound."""
    session = await admin_session(info)
    key = require_key(id, *ID)
    status = await store_requests.lock(session, key)
    if status is None:
        raise NotFound("There is no such job.", *ID)
    return session, key, status


async def _job_payload(session: WriteSession, id: UUID) -> JobPayload:
    return JobPayload(job=await stored_row(session, store.jobs, id))

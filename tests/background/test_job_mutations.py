"""retryJob and cancelJob: for platform admins; a running job stops at its next report with nothing half-written."""

import asyncio
from collections.abc import Mapping
from typing import Any  # Any: variables and answers are JSON; rows of asyncpg
from uuid import UUID, uuid4

import pytest

from kinegraph import worker_runs
from kinegraph.background import store, store_runs
from kinegraph.background.jobs import JobRun
from kinegraph.background.rules import MAX_REQUESTED, JobKind
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.errors import ServiceError
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.background.rows import Pool, expire
from tests.conftest import Api, Person, World

FIELDS = "job { id status error tries nextTryAt cancelRequested canRetry finishedAt } userErrors { code message field }"
RETRY = f"mutation ($id: ID!) {{ retryJob(input: {{id: $id}}) {{ {FIELDS} }} }}"
CANCEL = f"mutation ($id: ID!) {{ cancelJob(input: {{id: $id}}) {{ {FIELDS} }} }}"
SEED = 'mutation { seedCanonicalExercises(input: {objectKey: "seeds/a.json"}) { job { id } userErrors { code } } }'
WORK = "INSERT INTO outbox (fact, payload) VALUES ('Worked', '{}')"


class Gated:
    """The function of a job that does three batches of work, each of which waits to be admitted."""

    def __init__(self) -> None:
        self.reported = asyncio.Event()
        self.admitted = asyncio.Event()
        self.fails = False

    async def __call__(self, work: Work, run: JobRun) -> str:
        """Do the batches."""
        for done in (1, 2, 3):
            async with work.database.write() as session:
                await session.run(WORK)
                await run.report(session, total=3, done=done)
            self.reported.set()
            await asyncio.wait_for(self.admitted.wait(), 10)
            if self.fails:
                raise ServiceError("The vendor is away.")
        return "Did 3."


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> Gated:
    """What runs jobs of one kind."""
    function = Gated()
    monkeypatch.setattr(worker_runs, "RUN", {JobKind.EMBED_EXERCISES: function})
    return function


@pytest.fixture
async def id(work: Work) -> UUID:
    """The id of a job that waits."""
    async with work.database.write(act_as_worker) as session:
        (new,) = await store.insert(session, [(JobKind.EMBED_EXERCISES, {})])
    return new


async def sent(api: Api, admin: Person, mutation: str, id: UUID) -> Mapping[str, Any]:
    """The job that a mutation which was not refused answers."""
    job: Mapping[str, Any] = next(iter((await api.run(mutation, admin, id=str(id))).values()))["job"]
    return job


async def refusal(api: Api, person: Person, mutation: str, id: str) -> tuple[str, list[str] | None]:
    """The code and the path of a mutation that was refused."""
    payload = await api.payload(mutation, person, id=id)
    ((code, field),) = [(error["code"], error["field"]) for error in payload["userErrors"]]
    assert payload["job"] is None
    return code, field


async def ended(owner: Pool, id: UUID, status: str) -> None:
    """Set how a job ended."""
    await owner.execute(
        "UPDATE jobs SET status = $2::job_status, tries = 24, failures = 24, error = 'No.', finished_at = now(), "
        "due_at = NULL WHERE id = $1",
        id,
        status,
    )


async def worked(owner: Pool) -> int:
    """The number of batches that were committed."""
    count: int = await owner.fetchval("SELECT count(*) FROM outbox WHERE fact = 'Worked'")
    return count


# ---------------------------------------------------------------------------------- cancelling


async def test_a_queued_job_is_cancelled_at_once_and_never_runs(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID, gated: Gated
) -> None:
    job = await sent(api, admin, CANCEL, id)
    assert (job["status"], job["cancelRequested"], job["canRetry"], job["nextTryAt"]) == ("CANCELLED", True, True, None)
    assert job["finishedAt"] is not None
    assert await sent(api, admin, CANCEL, id) == job
    await run_job({"work": work}, str(id))
    async with work.database.write(act_as_worker) as session:
        assert await store_runs.take_due(session, 10) == []
    assert await worked(owner) == 0


async def test_a_running_job_stops_at_its_next_report_and_what_it_committed_before_stays(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID, gated: Gated
) -> None:
    running = asyncio.create_task(run_job({"work": work}, str(id)))
    await gated.reported.wait()
    job = await sent(api, admin, CANCEL, id)
    assert (job["status"], job["cancelRequested"], job["finishedAt"]) == ("RUNNING", True, None)
    assert await sent(api, admin, CANCEL, id) == job
    gated.admitted.set()
    await running
    row = await owner.fetchrow("SELECT * FROM jobs WHERE id = $1", id)
    assert (row.status, row.done, row.due_at, await worked(owner)) == ("cancelled", 1, None, 1)


async def test_a_job_that_fails_after_it_was_cancelled_is_not_tried_again(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID, gated: Gated
) -> None:
    gated.fails = True
    running = asyncio.create_task(run_job({"work": work}, str(id)))
    await gated.reported.wait()
    await sent(api, admin, CANCEL, id)
    gated.admitted.set()
    await running
    assert await owner.fetchval("SELECT status FROM jobs WHERE id = $1", id) == "cancelled"


@pytest.mark.parametrize("handed_over", [False, True])
async def test_a_job_whose_worker_died_is_cancelled(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID, gated: Gated, handed_over: bool
) -> None:
    async with work.database.write(act_as_worker) as session:
        await store_runs.begin(session, id)
    if handed_over:
        await sent(api, admin, CANCEL, id)
        await expire(owner)
        async with work.database.write(act_as_worker) as session:
            assert [job.id for job in await store_runs.take_due(session, 10)] == [id]
        await run_job({"work": work}, str(id))
    else:
        await expire(owner)
        assert (await sent(api, admin, CANCEL, id))["status"] == "CANCELLED"
    row = await owner.fetchrow("SELECT * FROM jobs WHERE id = $1", id)
    assert (row.status, row.due_at, await worked(owner)) == ("cancelled", None, 0)


@pytest.mark.parametrize("status", ["succeeded", "failed"])
async def test_a_job_that_has_ended_is_not_cancelled(
    api: Api, admin: Person, owner: Pool, id: UUID, status: str
) -> None:
    await ended(owner, id, status)
    assert await refusal(api, admin, CANCEL, str(id)) == ("CONFLICT", ["input", "id"])
    assert await owner.fetchval("SELECT status FROM jobs") == status


# ---------------------------------------------------------------------------------- retrying


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_a_job_that_failed_or_was_cancelled_is_queued_again_with_all_its_tries(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID, gated: Gated, status: str
) -> None:
    if status == "cancelled":
        await sent(api, admin, CANCEL, id)
    await ended(owner, id, status)
    job = await sent(api, admin, RETRY, id)
    assert (job["status"], job["error"], job["cancelRequested"], job["finishedAt"]) == ("QUEUED", None, False, None)
    assert job["nextTryAt"] is not None and not job["canRetry"]
    assert (await sent(api, admin, RETRY, id))["status"] == "QUEUED"
    gated.admitted.set()
    await run_job({"work": work}, str(id))
    row = await owner.fetchrow("SELECT * FROM jobs WHERE id = $1", id)
    assert (row.status, row.message, row.tries, await worked(owner)) == ("succeeded", "Did 3.", 25, 3)


async def test_a_job_that_waits_for_its_next_try_is_due_at_once_and_a_running_one_stays_as_it_is(
    api: Api, admin: Person, owner: Pool, work: Work, id: UUID
) -> None:
    async with work.database.write(act_as_worker) as session:
        await store_runs.begin(session, id)
    assert (await sent(api, admin, RETRY, id))["status"] == "RUNNING"
    async with work.database.write(act_as_worker) as session:
        await store_runs.postpone(session, id, 1, 300, "Not now.")
        assert await store_runs.take_due(session, 10) == []
    await sent(api, admin, RETRY, id)
    async with work.database.write(act_as_worker) as session:
        assert [job.id for job in await store_runs.take_due(session, 10)] == [id]


async def test_a_job_that_succeeded_is_not_tried_again(api: Api, admin: Person, owner: Pool, id: UUID) -> None:
    await ended(owner, id, "succeeded")
    assert await refusal(api, admin, RETRY, str(id)) == ("CONFLICT", ["input", "id"])
    assert await owner.fetchval("SELECT status FROM jobs") == "succeeded"


# ---------------------------------------------------------------------------------- who, and how many


@pytest.mark.parametrize("mutation", [RETRY, CANCEL])
async def test_only_platform_admins_change_jobs_and_only_jobs_that_exist(
    api: Api, admin: Person, world: World, owner: Pool, id: UUID, mutation: str
) -> None:
    organization = await world.organization()
    for person in (organization.owner, organization.coach, organization.member):
        for sought in (str(id), str(uuid4()), "no id"):
            assert (await refusal(api, person, mutation, sought))[0] == "FORBIDDEN"
    assert await refusal(api, admin, mutation, str(uuid4())) == ("NOT_FOUND", ["input", "id"])
    assert await refusal(api, admin, mutation, "no id") == ("INVALID_INPUT", ["input", "id"])
    assert tuple(await owner.fetchrow("SELECT status, due_at IS NULL FROM jobs")) == ("queued", False)


async def test_a_maximum_of_requested_jobs_of_a_kind_wait(api: Api, admin: Person, owner: Pool) -> None:
    await owner.execute(
        "INSERT INTO jobs (kind, requested_by_user_id) SELECT 'seed_canonical', $1 FROM generate_series(2, $2)",
        admin.id,
        MAX_REQUESTED,
    )
    assert (await api.payload(SEED, admin))["job"] is not None
    assert [error["code"] for error in (await api.payload(SEED, admin))["userErrors"]] == ["CONFLICT"]

"""The API of jobs: platform admins see each job as it is, newest first, in bounded pages; nobody else sees any."""

from typing import Any  # Any: variables and answers are JSON
from uuid import UUID, uuid4

import pytest

from tests.background.rows import Pool
from tests.conftest import Api, Counter, Person, World

FIELDS = "id kind status total done message error enqueuedAt startedAt finishedAt"
JOB = f"query ($id: ID!) {{ job(id: $id) {{ {FIELDS} }} }}"
JOBS = f"""query ($kind: JobKind, $status: JobStatus, $first: Int) {{
  jobs(kind: $kind, status: $status, first: $first) {{ {FIELDS} }}
}}"""
REQUESTED = "query ($first: Int!) { jobs(first: $first) { requestedBy { id email } } }"
FIVE = "query ($first: Int!) { jobs(first: $first) { id } }"

SEVEN = """
WITH made AS (
    INSERT INTO jobs (kind, status, total, done, message, error, enqueued_at, started_at, finished_at, due_at)
    SELECT kind::job_kind, status::job_status, total, done, message, error, at, began, ended,
           CASE WHEN ended IS NULL THEN at END
    FROM (VALUES
        ('thumbnail', 'queued', NULL::int, 0, NULL, NULL, timestamptz '2026-01-07Z', timestamptz '2026-01-08Z',
         NULL::timestamptz),
        ('thumbnail', 'running', NULL, 0, NULL, 'Again.', '2026-01-07Z', '2026-01-08Z', NULL),
        ('thumbnail', 'succeeded', NULL, 0, 'Made it.', NULL, '2026-01-05Z', '2026-01-06Z', '2026-01-07Z'),
        ('seed_canonical', 'failed', 9, 3, NULL, 'No.', '2026-01-04Z', '2026-01-04Z', '2026-01-04Z'),
        ('embed_workouts', 'queued', NULL, 0, NULL, NULL, '2026-01-03Z', NULL, NULL),
        ('embed_exercises', 'queued', NULL, 0, NULL, NULL, '2026-01-02Z', NULL, NULL),
        ('enrich_canonical', 'queued', NULL, 0, NULL, NULL, '2026-01-01Z', NULL, NULL)
    ) AS job (kind, status, total, done, message, error, at, began, ended)
    RETURNING id, enqueued_at
)
SELECT id FROM made ORDER BY enqueued_at DESC, id DESC
"""


async def fill(owner: Pool) -> list[str]:
    """The ids of seven jobs, newest first; the two newest were enqueued at the same time."""
    return [str(row.id) for row in await owner.fetch(SEVEN)]


async def listed(api: Api, admin: Person, **arguments: Any) -> list[str]:
    return [job["id"] for job in (await api.run(JOBS, admin, **arguments))["jobs"]]


async def errors(api: Api, text: str, person: Person | None, **variables: Any) -> list[tuple[str, str]]:
    """Code and message of each error of a query that was refused whole."""
    body = (await api.post(text, person, **variables)).json()
    assert body.get("data") is None or set(body["data"].values()) == {None}
    return [(error["extensions"]["code"], error["message"]) for error in body["errors"]]


async def test_admins_see_a_job_as_it_is(api: Api, admin: Person, owner: Pool) -> None:
    ids = await fill(owner)
    shown = {id: (await api.run(JOB, admin, id=id))["job"] for id in ids}
    assert shown[ids[3]] == {
        "id": ids[3],
        "kind": "SEED_CANONICAL",
        "status": "FAILED",
        "total": 9,
        "done": 3,
        "message": None,
        "error": "No.",
        "enqueuedAt": "2026-01-04T00:00:00Z",
        "startedAt": "2026-01-04T00:00:00Z",
        "finishedAt": "2026-01-04T00:00:00Z",
    }
    assert (await api.run(JOBS, admin))["jobs"] == [shown[id] for id in ids]
    assert (await api.run(JOB, admin, id=str(uuid4())))["job"] is None


async def test_jobs_come_newest_first_and_by_kind_and_status(api: Api, admin: Person, owner: Pool) -> None:
    ids = await fill(owner)
    assert await listed(api, admin) == ids
    assert await listed(api, admin, kind="THUMBNAIL") == ids[:3]
    (waiting,) = set(await listed(api, admin, status="QUEUED")) - set(ids[4:])
    (running,) = await listed(api, admin, status="RUNNING")
    assert {waiting, running} == set(ids[:2])
    assert await listed(api, admin, kind="THUMBNAIL", status="SUCCEEDED") == [ids[2]]
    assert await listed(api, admin, kind="EMBED_WORKOUTS", status="FAILED") == []
    assert await listed(api, admin, kind=None, status=None, first=3) == ids[:3]


async def test_the_people_who_requested_jobs_take_as_many_statements_for_many_jobs_as_for_one(
    counter: Counter, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    people = [organization.owner, organization.coach, organization.member]
    admin = await world.join(organization.id, "coach", await world.person(is_platform_admin=True))
    for person in people:
        await owner.execute("INSERT INTO jobs (kind, requested_by_user_id) VALUES ('seed_canonical', $1)", person.id)
    costs = []
    for first in (1, 3):
        with counter.counting() as seen:
            jobs = (await counter.api.run(REQUESTED, admin, first=first))["jobs"]
        costs.append(len(seen))
        newest = [{"id": str(each.id), "email": each.email} for each in people[::-1]]
        assert [job["requestedBy"] for job in jobs] == newest[:first]
    assert costs[0] == costs[1]


@pytest.mark.parametrize("first", [-1, 101, -(2**31), 2**31 - 1])
async def test_pages_of_an_invalid_size_are_refused(api: Api, admin: Person, first: int) -> None:
    assert await errors(api, FIVE, admin, first=first) == [("INVALID_INPUT", "Must be from 0 to 100.")]


async def test_pages_are_at_most_a_hundred_and_by_default_twenty(api: Api, admin: Person, owner: Pool) -> None:
    await owner.execute("INSERT INTO jobs (kind) SELECT 'thumbnail' FROM generate_series(1, 120)")
    assert len(await listed(api, admin, first=100)) == 100
    assert len(await listed(api, admin, first=1)) == 1
    assert len((await api.run("{ jobs { id } }", admin))["jobs"]) == 20


@pytest.mark.parametrize("who", ["owner", "coach", "member", "stranger"])
async def test_nobody_else_sees_a_job_or_learns_whether_there_is_one(
    api: Api, world: World, owner: Pool, who: str
) -> None:
    organization = await world.organization()
    person = await world.person() if who == "stranger" else getattr(organization, who)
    ids = await fill(owner)
    refusal = [("FORBIDDEN", "Only platform admins see jobs.")]
    for id in (ids[0], str(uuid4())):
        assert await errors(api, JOB, person, id=id) == refusal
    assert await errors(api, JOBS, person) == refusal
    assert await errors(api, "{ jobs(first: 1) { error } }", person) == refusal


async def test_an_anonymous_caller_is_refused_as_not_signed_in(api: Api) -> None:
    for text in ("{ jobs { id } }", f'{{ job(id: "{UUID(int=0)}") {{ id }} }}'):
        ((code, message),) = await errors(api, text, None)
        assert code == "UNAUTHENTICATED" and message.startswith("Sign in")


@pytest.mark.parametrize("id", ["", "1", "ffffffff-ffff-ffff-ffff-fffffffffffg", "x" * 300])
async def test_an_invalid_id_is_refused(api: Api, admin: Person, id: str) -> None:
    ((code, _),) = await errors(api, JOB, admin, id=id)
    assert code == "INVALID_INPUT"

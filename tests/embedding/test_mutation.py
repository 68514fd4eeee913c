"""embedExercises: a job for platform admins, of everything that needs a vector or of some exercises."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Organization, Person, running
from tests.embedding.jobs import Jobs, Pool, marked, write_exercise
from tests.settings import with_settings

EMBED = """mutation ($input: EmbedExercisesInput) {
  embedExercises(input: $input) { job { id kind status } userErrors { code message field } }
}"""


@pytest.fixture(scope="module")
async def keyless(services: Services) -> AsyncIterator[Api]:
    async with running(create_app(with_settings(services, voyage_api_key=None))) as api:
        yield api


async def test_a_platform_admin_has_everything_embedded_that_needs_it(
    jobs: Jobs, api: Api, owner: Pool, admin: Person
) -> None:
    await jobs.run(sweep=True)
    id = await write_exercise(owner, "Burpee")
    await owner.execute("DELETE FROM stale_embeddings")
    answer = (await api.run(EMBED, admin))["embedExercises"]
    assert (answer["job"]["kind"], answer["job"]["status"]) == ("EMBED_EXERCISES", "QUEUED")
    assert (await jobs.run(answer["job"]["id"])).done == 1
    assert await owner.fetchval("SELECT embedding IS NOT NULL FROM exercises WHERE id = $1", id)


async def test_exercises_are_embedded_by_their_ids(jobs: Jobs, api: Api, owner: Pool, admin: Person) -> None:
    wanted, other = [await write_exercise(owner, name) for name in ("Burpee", "Squat")]
    await owner.execute("DELETE FROM stale_embeddings WHERE row_id = $1", wanted)
    answer = (await api.run(EMBED, admin, input={"ids": [str(wanted)]}))["embedExercises"]
    job = await jobs.run(answer["job"]["id"])
    assert (job.total, job.done, await marked(owner)) == (1, 1, {("exercise", other)})


async def test_who_may_not_and_what_cannot_be_is_refused(
    jobs: Jobs, api: Api, keyless: Api, owner: Pool, admin: Person, gym: Organization
) -> None:
    (forbidden,) = await api.user_errors(EMBED, gym.owner)
    assert forbidden["code"] == "FORBIDDEN"
    (off,) = await keyless.user_errors(EMBED, admin)
    assert (off["code"], off["message"]) == (
        "CONFLICT",
        "Embeddings are off: set KINEGRAPH_VOYAGE_API_KEY, for the API and for the worker.",
    )
    unknown = "00000000-0000-7000-8000-000000000000"
    found = await api.refusals(EMBED, admin, input={"ids": ["x", unknown]})
    assert found == [("INVALID_INPUT", ["input", "ids", "0"]), ("NOT_FOUND", ["input", "ids", "1"])]
    found = await api.refusals(EMBED, admin, input={"ids": [unknown] * 101})
    assert ("INVALID_INPUT", ["input", "ids"]) in found
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0

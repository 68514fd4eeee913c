"""seedCanonicalExercises: for platform admins, and for JSON files under one prefix alone."""

from uuid import UUID

import orjson
import pytest

from kinegraph.canonical.rules_objects import MAX_KEY_LENGTH, is_seed_key
from tests.conftest import Api, Organization, Person
from tests.workout.documents import Pool

KEY = "seeds/mine.json"
SEED = """mutation ($key: String!) {
  seedCanonicalExercises(input: {objectKey: $key}) {
    job { id kind status requestedBy { id } } userErrors { code message field }
  }
}"""

BAD_KEYS = [
    "",
    "mine.json",
    "seeds/",
    "seeds/mine",
    "seeds/mine.JSON",
    "seeds/../secret.json",
    "seeds/a/../../b.json",
    "/seeds/mine.json",
    "seeds//mine.json",
    "seeds/./mine.json",
    "seeds/.hidden.json",
    "seeds/mine.json\n",
    "seeds/mi\0ne.json",
    "organizations/seeds/mine.json",
    "staging/mine.json",
    "seeds/%2e%2e/mine.json",
    "seeds\\mine.json",
    "seeds/אבג.json",
    f"seeds/{'x' * MAX_KEY_LENGTH}.json",
]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_only_json_files_under_the_prefix_may_be_read(key: str) -> None:
    assert not is_seed_key(key)


@pytest.mark.parametrize("key", [KEY, "seeds/a/b-c_d.1.json", "seeds/1.json", "seeds/a..b.json"])
def test_other_keys_under_the_prefix_may_be_read(key: str) -> None:
    assert is_seed_key(key)


async def test_a_platform_admin_gets_the_job_at_once_and_a_wrong_key_is_refused(
    api: Api, admin: Person, owner: Pool
) -> None:
    answer = (await api.run(SEED, admin, key=KEY))["seedCanonicalExercises"]
    job = answer["job"]
    assert (job["kind"], job["status"], job["requestedBy"]) == ("SEED_CANONICAL", "QUEUED", {"id": str(admin.id)})
    stored = await owner.fetchrow("SELECT arguments, requested_by_user_id FROM jobs WHERE id = $1", UUID(job["id"]))
    assert orjson.loads(stored.arguments) == {"object_key": KEY} and stored.requested_by_user_id == admin.id
    for key in ("seeds/../secret.json", "mine.json"):
        refused = await api.payload(SEED, admin, key=key)
        ((code, field),) = [(each["code"], each["field"]) for each in refused["userErrors"]]
        assert (code, field, refused["job"]) == ("INVALID_INPUT", ["input", "objectKey"], None)


async def test_nobody_else_seeds(api: Api, gym: Organization, owner: Pool) -> None:
    count = "SELECT count(*) FROM jobs"
    before = await owner.fetchval(count)
    for person in (gym.owner, gym.coach, gym.member):
        for key in (KEY, "mine.json"):
            refused = await api.payload(SEED, person, key=key)
            assert [each["code"] for each in refused["userErrors"]] == ["FORBIDDEN"] and refused["job"] is None
    assert await owner.fetchval(count) == before

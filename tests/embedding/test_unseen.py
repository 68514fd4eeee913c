"""Storing vectors changes nothing that anybody reads: no version, time, event, tag, mark or cached answer."""

from typing import Any  # values of columns

from tests.conftest import Api, Organization
from tests.embedding.jobs import EXERCISES, WORKOUTS, Jobs, Pool, stored, write_exercise, write_override, write_workout

STATE = """
SELECT (SELECT jsonb_object_agg(organization_id::text || kind, version) FROM versions)::text AS versions,
       (SELECT jsonb_object_agg(id, to_jsonb(e) - '{embedding,embedding_hash}'::text[]) FROM exercises e)::text,
       (SELECT jsonb_object_agg(id, to_jsonb(o) - '{embedding,embedding_hash}'::text[])
        FROM exercise_org_overrides o)::text,
       (SELECT jsonb_object_agg(id, to_jsonb(w) - '{embedding,embedding_hash}'::text[]) FROM workouts w)::text,
       (SELECT count(*) FROM events WHERE kind <> 'job_changed'),
       (SELECT count(*) FROM outbox), (SELECT count(*) FROM stale_embeddings)
"""
LIBRARY = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 3) { nodes { name } } } }"


async def test_storing_vectors_changes_nothing_that_is_read(
    jobs: Jobs, api: Api, owner: Pool, gym: Organization
) -> None:
    exercises = [await write_exercise(owner, "Burpee", each) for each in (gym, None)]
    override = await write_override(owner, gym, exercises[1], name="Ours")
    workout = await write_workout(owner, gym, "Legs", exercises)
    marks = await owner.fetch("SELECT * FROM stale_embeddings")
    await owner.execute("DELETE FROM stale_embeddings")
    params = {"query": LIBRARY, "variables": f'{{"id": "{gym.id}"}}'}
    headers = {"Authorization": f"Bearer {gym.coach.token}"}
    first = await api.client.get("/graphql", params=params, headers=headers)
    tagged = {**headers, "If-None-Match": first.headers["ETag"]}
    for _ in range(3):
        assert (await api.client.get("/graphql", params=params, headers=tagged)).status_code == 304
    before = tuple(await owner.fetchrow(STATE) or ())
    await owner.executemany(
        "INSERT INTO stale_embeddings (kind, row_id, organization_id) VALUES ($1, $2, $3)",
        [(row.kind, row.row_id, row.organization_id) for row in marks],
    )
    done = [(await jobs.run(kind=kind)).done for kind in (EXERCISES, WORKOUTS)]
    assert done == [3, 1]
    for table, id in (("exercises", exercises[0]), ("exercise_org_overrides", override), ("workouts", workout)):
        assert (await stored(owner, table, id))[1]
    assert tuple(await owner.fetchrow(STATE) or ()) == before
    assert (await api.client.get("/graphql", params=params, headers=tagged)).status_code == 304


async def test_an_update_of_a_text_and_its_vector_together_gives_another_version(
    jobs: Jobs, owner: Pool, gym: Organization
) -> None:
    id = await write_exercise(owner, "Burpee", gym)
    version = "SELECT version FROM versions WHERE organization_id = $1 AND kind = 'library'"
    before: Any = await owner.fetchval(version, gym.id)
    await owner.execute("UPDATE exercises SET embedding_hash = 'a' WHERE id = $1", id)
    assert await owner.fetchval(version, gym.id) == before
    await owner.execute("UPDATE exercises SET embedding_hash = 'b', name = 'Squat' WHERE id = $1", id)
    assert await owner.fetchval(version, gym.id) != before

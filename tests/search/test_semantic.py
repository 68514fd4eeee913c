"""The list of vectors: its depth, its scope, how it is fused, and the modes."""

import re
from collections.abc import Iterator
from typing import Any  # answers are JSON
from uuid import UUID

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.lexicon.rules_query import analysed
from kinegraph.main import create_app
from kinegraph.search.rules import QueryClass, class_of
from kinegraph.search.store import filtered
from kinegraph.services import Services
from kinegraph.vectors import jobs
from local_voyage.server import LocalVoyage
from local_voyage.vectors import vector
from tests.conftest import Api, Organization, Person, World, running
from tests.exercise.documents import create
from tests.identity.rows import Pool
from tests.library.documents import reset, upsert
from tests.search.conftest import search
from tests.search.semantic import embed, semantic, voyage
from tests.settings import with_settings

__all__ = ["semantic", "voyage"]

DISTANCES = """
SELECT e.id::text, embedding <=> $2::text::vector AS distance FROM exercises e
WHERE (organization_id IS NULL AND status = 'published' OR organization_id = $1) AND deleted_at IS NULL
  AND embedding IS NOT NULL AND {filter}
"""


def ids(hits: list[dict[str, Any]]) -> list[str]:
    """The ids of the exercises of the hits."""
    return [hit["exercise"]["exerciseId"] for hit in hits]


@pytest.fixture(scope="module", autouse=True)
def unhurried() -> Iterator[None]:
    """Requests wait for their vectors as long as it takes, since other tests may be running."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "WAIT_SECONDS", 60)
        yield


@pytest.fixture(scope="module")
async def own(owner: Pool, gym: Organization) -> list[UUID]:
    """60 exercises of an organization's own, whose vectors are nearer to `squat` than most."""
    rows = await owner.fetch(
        "INSERT INTO exercises (organization_id, name, status, difficulty) "
        "SELECT $1, 'Own ' || n, 'published', 1 + n % 5 FROM generate_series(1, 60) n RETURNING id",
        gym.id,
    )
    found = [row.id for row in rows]
    await embed(owner, "exercises", found, [f"squat own {number}" for number in range(60)])
    return found


async def test_each_mode_fuses_its_lists(semantic: Api, reader: Person, voyage: LocalVoyage) -> None:
    hybrid = await search(semantic, reader, "romanain deadlfit", limit=100)
    assert all({hit[rank] for hit in hybrid} - {None} for rank in ("lexicalRank", "trigramRank", "semanticRank"))
    assert {hit["semanticRank"] for hit in hybrid} >= {*range(1, 51)}
    alone = await search(semantic, reader, "bench press", mode="SEMANTIC", limit=100)
    assert [hit["semanticRank"] for hit in alone] == [*range(1, 51)]
    assert {(hit["lexicalRank"], hit["trigramRank"]) for hit in alone} == {(None, None)}
    before = len(voyage.received)
    lexical = await search(semantic, reader, "leg press", mode="LEXICAL", limit=100)
    assert {hit["semanticRank"] for hit in lexical} == {None}
    assert len(voyage.received) == before


@pytest.mark.parametrize("q", ["bench press", "squat", "romanain deadlfit", "pres"])
async def test_vectors_move_no_row_of_a_query_that_names_an_exercise(semantic: Api, reader: Person, q: str) -> None:
    lexical, hybrid = [ids(await search(semantic, reader, q, mode=each, limit=100)) for each in ("LEXICAL", "HYBRID")]
    assert hybrid[: len(lexical)] == lexical and len(hybrid) > len(lexical)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("knee", QueryClass.TOPIC),
        ("knee pain", QueryClass.NAME),  # a condition has exercises of its own
        ("bulg", QueryClass.NAME),  # a beginning, which no concept has
        ("יד", QueryClass.TOPIC),
        ("back squat", QueryClass.NAME),
        ("kettlebell", QueryClass.NAME),
        ("xqzw squat", QueryClass.MISSPELLED),
    ],
)
def test_a_query_of_muscles_body_and_training_alone_is_a_topic(q: str, expected: QueryClass) -> None:
    assert class_of(analysed(q)) is expected


@pytest.mark.parametrize(
    ("filter", "condition"),
    [
        ({}, "true"),
        ({"difficultyMax": 2}, "difficulty <= 2"),
        ({"movementPattern": ["SQUAT"]}, "movement_pattern = 'squat'"),
        ({"q": "own"}, "name LIKE '%own%' OR name LIKE 'Own%'"),
        ({"movementPattern": ["OLY"], "difficultyMin": 5}, "movement_pattern = 'oly' AND difficulty >= 5"),
    ],
)
async def test_the_list_has_the_nearest_50_of_all_rows_that_a_search_sees(
    semantic: Api, gym: Organization, own: list[UUID], owner: Pool, filter: dict[str, Any], condition: str
) -> None:
    rows = await owner.fetch(DISTANCES.format(filter=f"({condition})"), gym.id, str(vector("squat")))
    distances = {row.id: row.distance for row in rows}
    arguments = {"organizationId": str(gym.id), "filter": filter, "mode": "SEMANTIC", "limit": 100}
    found = ids(await search(semantic, gym.coach, "squat", **arguments))
    assert [distances[each] for each in found] == sorted(distances.values())[:50]
    assert found == sorted(found, key=lambda each: (distances[each], each))


async def test_no_count_and_no_rank_tells_of_rows_of_other_organizations(
    semantic: Api, world: World, reader: Person, own: list[UUID]
) -> None:
    other, scope = await world.organization(), {"mode": "SEMANTIC", "limit": 100}
    for found in (
        await search(semantic, other.coach, "squat", **scope, organizationId=str(other.id)),
        await search(semantic, reader, "squat", **scope),
        await search(semantic, None, "squat", **scope),
    ):
        assert [hit["semanticRank"] for hit in found] == [*range(1, 51)]
        assert not {*ids(found)} & {*map(str, own)}


async def test_an_index_of_canonical_rows_alone_is_used_under_row_level_security(
    database: Database, semantic: Api, reader: Person, owner: Pool
) -> None:
    text = filtered("", "")
    parameters = len(set(re.findall(r"\$\d+", re.sub("--.*", "", text))))
    async with database.read(authenticate_as(reader.id)) as session:
        for scan in ("enable_seqscan", "enable_sort"):  # the test's library is small
            await session.fetch("SELECT set_config($1, 'off', true)", scan)
        await session.lease.execute(f"PREPARE nearest AS {text}", ())
        rows = await session.fetch(f"EXPLAIN EXECUTE nearest ({', '.join(['NULL'] * parameters)})")
        await session.lease.execute("DEALLOCATE nearest", ())
    assert any("Index Scan using exercises_embedding_idx" in row[0] for row in rows)
    definition = await owner.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = 'exercises_embedding_idx'")
    assert definition.endswith("WHERE (organization_id IS NULL)")


async def test_the_settings_of_the_scan_end_with_the_transaction(services: Services, voyage: LocalVoyage) -> None:
    state: dict[str, Any] = {}
    changed = with_settings(services, voyage_api_key="the key", voyage_url=voyage.url, pool_size=1)
    async with running(create_app(changed), state.update) as api:
        await search(api, None, "squat", mode="SEMANTIC")
        async with state["database"].read() as session:
            assert await session.fetch_value("SELECT current_setting('hnsw.iterative_scan')") == "off"


async def test_an_organization_finds_an_exercise_by_the_vector_of_its_override(
    semantic: Api, admin: Person, world: World, owner: Pool
) -> None:
    made = await create(semantic, admin, name="Pangolin Roll", status="PUBLISHED")
    await embed(owner, "exercises", [UUID(made["id"])], ["pangolin roll"])
    ours, others = await world.organization(), await world.organization()
    scopes = [(each.coach, {"organizationId": str(each.id), "mode": "SEMANTIC"}) for each in (ours, others)]
    for organization in (ours, others):
        await upsert(semantic, organization, made["id"], name="Axolotl Roll")
    for coach, scope in scopes:  # until the override is embedded, it is found by the canonical vector
        assert ids(await search(semantic, coach, "pangolin roll", **scope))[0] == made["id"]
    id = await owner.fetchval("SELECT id FROM exercise_org_overrides WHERE organization_id = $1", ours.id)
    await embed(owner, "exercise_org_overrides", [id], ["axolotl roll"])
    (coach, scope), (other_coach, other_scope) = scopes
    (first, *_) = await search(semantic, coach, "axolotl roll", **scope)
    assert (first["exercise"]["exerciseId"], first["source"], first["semanticRank"]) == (made["id"], "CUSTOMIZED", 1)
    own_rank = ids(await search(semantic, coach, "pangolin", **scope, limit=100))
    assert made["id"] not in own_rank or own_rank.index(made["id"]) > 0
    assert ids(await search(semantic, other_coach, "pangolin", **other_scope))[0] == made["id"]


async def test_an_override_whose_text_changed_is_found_by_the_canonical_vector_until_it_has_the_next_one(
    semantic: Api, admin: Person, world: World, owner: Pool
) -> None:
    made = await create(semantic, admin, name="Tarsier", status="PUBLISHED")
    await embed(owner, "exercises", [UUID(made["id"])], ["tarsier"])
    gym = await world.organization()
    scope = {"organizationId": str(gym.id), "mode": "SEMANTIC", "limit": 100}

    async def is_first(q: str) -> bool:
        first: str = ids(await search(semantic, gym.coach, q, **scope))[0]
        return first == str(made["id"])

    await upsert(semantic, gym, made["id"], name="Okapi")
    id = await owner.fetchval("SELECT id FROM exercise_org_overrides WHERE organization_id = $1", gym.id)
    for change in (upsert(semantic, gym, made["id"], name="Gibbon"), reset(semantic, gym, made["id"])):
        await embed(owner, "exercise_org_overrides", [id], ["okapi"])
        await upsert(semantic, gym, made["id"], difficulty=5)
        assert await is_first("okapi") and not await is_first("tarsier")
        await change
        assert await is_first("tarsier") and not await is_first("okapi")


async def test_of_rows_with_one_slug_the_organizations_wins_and_the_list_remains_full(
    semantic: Api, gym: Organization, own: list[UUID], owner: Pool
) -> None:
    await owner.execute("UPDATE exercises SET slug = 'back-squat' WHERE id = $1", own[0])
    hits = await search(semantic, gym.coach, "back squat", organizationId=str(gym.id), mode="SEMANTIC", limit=100)
    same = [hit for hit in hits if hit["exercise"]["slug"] == "back-squat"]
    assert [(hit["source"], hit["exercise"]["exerciseId"]) for hit in same] == [("ORG", str(own[0]))]
    assert len(hits) == 50 and hits[0] == same[0]


async def test_drafts_and_archived_rows_are_as_hidden_as_in_the_other_lists(
    semantic: Api, gym: Organization, own: list[UUID], owner: Pool
) -> None:
    draft, archived = own[1:3]
    await owner.execute("UPDATE exercises SET status = 'draft' WHERE id = $1", draft)
    await owner.execute("UPDATE exercises SET status = 'archived' WHERE id = $1", archived)
    arguments = {"organizationId": str(gym.id), "mode": "SEMANTIC", "filter": {"q": "own"}, "limit": 100}
    coach, member = [ids(await search(semantic, each, "squat own", **arguments)) for each in (gym.coach, gym.member)]
    assert str(draft) in coach and str(draft) not in member
    assert str(archived) not in coach + member
    await owner.execute("UPDATE exercises SET status = 'published' WHERE id = ANY ($1)", [draft, archived])

"""Searching exercises: who finds what, overridden texts, equal slugs, filters, ranks, and the number of statements."""

import pytest

from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create, update
from tests.identity.rows import Pool
from tests.library.documents import upsert
from tests.observing import observe
from tests.search.conftest import SEARCH, names, refusal, search


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("push up", "Push-ups"),
        ("pushup", "Push-ups"),
        ("push-ups", "Push-ups"),
        ("жим лежа", "Bench Press"),
        ("жим лёжа", "Bench Press"),
        ("לחיצת חזה", "Bench Press"),
        ("בורפיס", "Burpees"),
        ("romanain deadlfit", "Romanian Deadlift"),
        ("deadlift romanian", "Romanian Deadlift"),
        ("RDL", "Romanian Deadlift"),
        ("отжимания от стены", "Wall Push-ups"),
        ("שכיבות סמיכה על הקיר", "Wall Push-ups"),
        ("theraband row", "Band Seated Row"),
        ("חתירה עם גומייה", "Band Seated Row"),
        ("тяга резинки сверху", "Band Lat Pulldown"),
    ],
)
async def test_what_people_type_finds_the_exercise_first(api: Api, reader: Person, q: str, name: str) -> None:
    assert (await names(api, reader, q))[0] == name


async def test_ranks_are_positions_in_the_lists_and_the_score_orders_the_hits(api: Api, reader: Person) -> None:
    found = await search(api, reader, "romanain deadlfit", limit=30)
    for rank in ("lexicalRank", "trigramRank"):
        ranks = [hit[rank] for hit in found if hit[rank] is not None]
        assert len(set(ranks)) == len(ranks) and min(ranks) == 1 and max(ranks) <= 50
    assert {hit["semanticRank"] for hit in found} == {None}
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)


async def test_the_number_of_hits_is_limited_from_1_to_100(api: Api, reader: Person) -> None:
    assert len(await search(api, reader, "press", limit=3)) == 3
    assert len(await search(api, reader, "press")) == 20
    for limit in (0, -1, 101):
        assert await refusal(api, reader, q="press", limit=limit) == (400, "INVALID_INPUT", ["limit"])


async def test_an_organization_finds_its_own_texts_and_no_longer_the_replaced_ones(
    api: Api, admin: Person, gym: Organization
) -> None:
    made = await create(api, admin, name="Lemur Lift", slug="lemur-lift", aliases=["marmoset"], status="PUBLISHED")
    id, scope = made["id"], {"organizationId": str(gym.id)}
    await upsert(api, gym, id, name="Quokka Machine")
    (first, *_) = await search(api, gym.coach, "quokka", **scope)
    assert (first["exercise"]["exerciseId"], first["source"]) == (id, "CUSTOMIZED")
    assert first["exercise"]["customizedFields"] == ["name"]
    assert "Quokka Machine" in await names(api, gym.coach, "marmoset", **scope)
    await upsert(api, gym, id, aliases=["wombat"])
    assert (await search(api, gym.coach, "wombat", **scope))[0]["exercise"]["exerciseId"] == id
    for replaced in ("lemur", "marmoset"):
        assert "Quokka Machine" not in await names(api, gym.coach, replaced, **scope)
        assert (await names(api, gym.coach, replaced))[0] == "Lemur Lift"
    assert "Quokka Machine" not in await names(api, gym.coach, "quokka")


async def test_another_organization_does_not_find_them(api: Api, world: World) -> None:
    one, other = await world.organization(), await world.organization()
    id = await world.exercise_id("front-squat")
    await upsert(api, one, id, name="Axolotl Squat")
    await create(api, one.coach, one, name="Axolotl Row")
    found = await names(api, other.coach, "axolotl", organizationId=str(other.id))
    assert not [name for name in found if "Axolotl" in name]


async def test_a_row_whose_other_fields_are_overridden_is_customized(api: Api, world: World, gym: Organization) -> None:
    await upsert(api, gym, await world.exercise_id("bench-press"), difficulty=5)
    (first, *_) = await search(api, gym.coach, "bench press", organizationId=str(gym.id))
    assert (first["exercise"]["name"], first["source"]) == ("Bench Press", "CUSTOMIZED")


async def test_of_equal_slugs_the_organizations_row_is_found_in_the_place_of_the_canonical_one(
    api: Api, gym: Organization, owner: Pool
) -> None:
    made = await create(api, gym.coach, gym, name="Deadlift of the Gym")
    await owner.execute("UPDATE exercises SET slug = 'deadlift' WHERE id = $1", made["id"])
    found = await search(api, gym.coach, "deadlift", organizationId=str(gym.id), limit=50)
    before = await search(api, gym.coach, "deadlift", limit=50)
    of_slug = [hit for hit in found if hit["exercise"]["slug"] == "deadlift"]
    assert found.index(of_slug[0]) == [hit["exercise"]["slug"] for hit in before].index("deadlift") == 0
    assert of_slug[0]["score"] == before[0]["score"] and of_slug[0]["lexicalRank"] > 1
    assert [(hit["exercise"]["exerciseId"], hit["source"]) for hit in of_slug] == [(made["id"], "ORG")]


async def test_drafts_are_found_by_coaches_and_archived_rows_only_by_their_status(api: Api, world: World) -> None:
    gym = await world.organization()
    scope = {"organizationId": str(gym.id)}
    draft = await create(api, gym.coach, gym, name="Narwhal Draft", status="DRAFT")
    old = await create(api, gym.coach, gym, name="Narwhal Archive")
    await update(api, gym.coach, old["id"], status="ARCHIVED")
    assert [*filter(None, map(_narwhal, await names(api, gym.coach, "narwhal", **scope)))] == ["Narwhal Draft"]
    assert not [*filter(_narwhal, await names(api, gym.member, "narwhal", **scope))]
    archived = await names(api, gym.coach, "narwhal", **scope, filter={"status": ["ARCHIVED"]})
    assert archived == ["Narwhal Archive"]
    assert draft["id"]


def _narwhal(name: str) -> str | None:
    return name if "Narwhal" in name else None


async def test_canonical_drafts_are_found_by_platform_admins_who_ask_for_them(
    api: Api, admin: Person, reader: Person
) -> None:
    await create(api, admin, name="Pangolin Press", slug="pangolin-press", status="DRAFT")
    wanted = {"status": ["DRAFT"]}
    assert "Pangolin Press" not in await names(api, admin, "pangolin press")
    assert "Pangolin Press" in await names(api, admin, "pangolin press", filter=wanted)
    assert await names(api, reader, "pangolin press", filter=wanted) == []


async def test_members_of_an_organization_with_a_closed_library_find_canonical_rows_alone(
    api: Api, world: World, owner: Pool
) -> None:
    gym = await world.organization()
    await create(api, gym.coach, gym, name="Tapir Lunge")
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", gym.id)
    assert "Tapir Lunge" not in await names(api, gym.member, "tapir lunge", organizationId=str(gym.id))
    assert "Tapir Lunge" in await names(api, gym.coach, "tapir lunge", organizationId=str(gym.id))


async def test_a_filter_narrows_the_hits_by_effective_values(api: Api, world: World) -> None:
    gym = await world.organization()
    await upsert(api, gym, await world.exercise_id("back-squat"), difficulty=1)
    scope = {"organizationId": str(gym.id), "filter": {"difficultyMax": 1}}
    assert "Back Squat" in await names(api, gym.coach, "squat", **scope, limit=100)
    assert "Back Squat" not in await names(api, gym.coach, "squat", filter={"difficultyMax": 1}, limit=100)
    mine = await create(api, gym.coach, gym, name="Squat of Ours", difficulty=5)
    assert mine["name"] not in await names(api, gym.coach, "squat", **scope, limit=100)


async def test_a_deleted_or_renamed_canonical_exercise_is_found_as_it_is_now(
    api: Api, admin: Person, owner: Pool
) -> None:
    made = await create(api, admin, name="Ibex Jump", slug="ibex-jump", status="PUBLISHED")
    await update(api, admin, made["id"], name="Chamois Jump")
    assert (await names(api, admin, "chamois"))[0] == "Chamois Jump"
    assert "Chamois Jump" not in await names(api, admin, "ibex")
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE id = $1", made["id"])
    assert "Chamois Jump" not in await names(api, admin, "chamois")


async def test_a_search_takes_the_same_statements_for_one_hit_as_for_many(
    api: Api, database: Database, reader: Person
) -> None:
    statements: list[str] = []
    observe(database, statements)
    counts = []
    for q in ("squat", "press", "burpee", "squat"):
        await search(api, reader, q)
        statements.clear()
        found = await search(api, reader, q, limit=50)
        counts.append((len(found) > 1, len([each for each in statements if "SELECT" in each])))
    assert len({count for _, count in counts}) == 1, counts


async def test_nobody_needs_a_token_for_a_search_in_a_query_of_nothing_else(api: Api, gym: Organization) -> None:
    await create(api, gym.coach, gym, name="Okapi Squat")
    found = await search(api, None, "okapi squat", organizationId=str(gym.id))
    assert found and {hit["source"] for hit in found} == {"CANONICAL"}
    assert "Okapi Squat" not in [hit["exercise"]["name"] for hit in found]
    both = '{ searchExercises(q: "squat") { score } viewer { id } }'
    spread = 'query { ...all } fragment all on Query { searchExercises(q: "squat") { score } }'
    for text in (both, spread, "{ exercises { nodes { id } } }"):
        assert (await api.post(text, None)).status_code == 401
    nested = (
        '{ __typename searchExercises(q: "squat", limit: 1) { exercise { instructions { body } exercise { id } } } }'
    )
    assert (await api.run(nested, None))["__typename"] == "Query"
    assert (await api.client.post("/graphql", json={"query": SEARCH, "variables": {"q": "squat"}})).status_code == 200

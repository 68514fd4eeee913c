"""What an organization overrides takes the place of the canonical text in its searches, and in no others."""

import re
from typing import Any  # values of fields

import pytest

from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.exercise.tables import SEARCH_TEXT
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create, update
from tests.identity.rows import Pool
from tests.library.documents import reset, upsert
from tests.search.conftest import search

BEFORE: dict[str, Any] = {
    "name": "Axolotl",
    "aliases": ["basilisk"],
    "primaryMuscles": ["capybara"],
    "secondaryMuscles": ["dugong"],
    "equipment": ["echidna"],
    "discipline": ["fossa"],
    "cues": ["gerenuk"],
    "commonFaults": ["hoatzin"],
    "scalingOptions": ["indri"],
}
"""A word of no language of training for each searched field."""
AFTER: dict[str, Any] = {
    field: f"x{value}" if isinstance(value, str) else [f"x{value[0]}"] for field, value in BEFORE.items()
}


def word(value: Any) -> str:
    """The word of a field."""
    return value.lower() if isinstance(value, str) else value[0]


@pytest.fixture(scope="module")
async def other(world: World) -> Organization:
    """An organization that overrides nothing."""
    return await world.organization()


@pytest.fixture(scope="module")
async def made(api: Api, admin: Person) -> str:
    """The id of a canonical exercise with a word of its own in each searched field."""
    exercise = await create(api, admin, slug="axolotl", status="PUBLISHED", **BEFORE)
    return str(exercise["id"])


async def finds(api: Api, organization: Organization | None, q: str, id: str) -> bool:
    """True if full text finds the exercise in a search of the organization, or of the canonical library."""
    scope = {"organizationId": str(organization.id)} if organization else {}
    person = organization.coach if organization else None
    return any(
        hit["exercise"]["exerciseId"] == id and hit["lexicalRank"] for hit in await search(api, person, q, **scope)
    )


def test_every_searched_column_that_can_be_overridden_is_tried() -> None:
    """The words of BEFORE are of all overridable columns in the search vector of exercises."""
    searched = {column.api_name for column in REGISTRY if re.search(rf"\b{column.name}\b", SEARCH_TEXT)}
    assert searched & {column.api_name for column in REGISTRY if column.is_overridable} == {*BEFORE}


@pytest.mark.parametrize("field", BEFORE)
async def test_an_overridden_text_replaces_the_canonical_one_for_that_organization_alone(
    api: Api, gym: Organization, other: Organization, made: str, field: str
) -> None:
    old, new = word(BEFORE[field]), word(AFTER[field])
    await upsert(api, gym, made, **{field: AFTER[field]})
    seen = {q: [await finds(api, each, q, made) for each in (gym, other, None)] for q in (old, new)}
    assert seen == {old: [False, True, True], new: [True, False, False]}
    for others in BEFORE.keys() - {field}:  # what is not overridden is still found
        assert await finds(api, gym, word(BEFORE[others]), made), others
    await reset(api, gym, made)
    assert [await finds(api, gym, q, made) for q in (old, new)] == [True, False]


@pytest.mark.parametrize("field", BEFORE)
async def test_a_null_in_an_override_overrides_nothing(
    api: Api, gym: Organization, made: str, owner: Pool, field: str
) -> None:
    await owner.execute(
        "INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) "
        "VALUES ($1, $2, jsonb_build_object($3::text, NULL)) "
        "ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides",
        gym.id,
        made,
        field,
    )
    assert await finds(api, gym, word(BEFORE[field]), made)
    assert await owner.fetchval("SELECT count(*) FROM organization_search WHERE organization_id = $1", gym.id) == 0


async def test_an_empty_list_replaces_the_canonical_one(api: Api, gym: Organization, made: str) -> None:
    await upsert(api, gym, made, aliases=[], cues=[])
    assert not await finds(api, gym, "basilisk", made) and not await finds(api, gym, "gerenuk", made)
    assert await finds(api, gym, "axolotl", made)
    await reset(api, gym, made)


async def test_an_edit_of_the_canonical_exercise_is_found_where_it_is_not_overridden(
    api: Api, admin: Person, gym: Organization
) -> None:
    made = await create(api, admin, name="Jerboa", slug="jerboa", aliases=["kinkajou"], status="PUBLISHED")
    await upsert(api, gym, made["id"], aliases=["loris"])
    await update(api, admin, made["id"], name="Markhor", aliases=["numbat"], equipment=["okapi"])
    found = {
        q: await finds(api, gym, q, made["id"]) for q in ("jerboa", "kinkajou", "numbat", "loris", "markhor", "okapi")
    }
    assert found == dict.fromkeys(("jerboa", "kinkajou", "numbat"), False) | dict.fromkeys(
        ("loris", "markhor", "okapi"), True
    )


async def test_an_overridden_exercise_that_is_deleted_is_not_found_and_comes_back_with_its_overrides(
    api: Api, admin: Person, gym: Organization, owner: Pool
) -> None:
    made = await create(api, admin, name="Pika", slug="pika", status="PUBLISHED")
    await upsert(api, gym, made["id"], name="Quagga")
    deleted = "UPDATE exercises SET deleted_at = {} WHERE id = $1"
    await owner.execute(deleted.format("now()"), made["id"])
    assert not await finds(api, gym, "quagga", made["id"])
    await owner.execute(deleted.format("NULL"), made["id"])
    assert await finds(api, gym, "quagga", made["id"]) and not await finds(api, gym, "pika", made["id"])


async def test_an_overridden_text_is_stored_like_that_of_an_own_exercise(
    api: Api, gym: Organization, made: str, owner: Pool
) -> None:
    await upsert(api, gym, made, **AFTER)
    own = await create(api, gym.coach, gym, **AFTER)
    columns = "search_name, search_aliases, search_tsv, name_tsv, names_tsv, whole_tsv, words_tsv, name_key"
    rows = await owner.fetch(
        f"SELECT is_own, {columns} FROM organization_search WHERE organization_id = $1 AND exercise_id = ANY ($2) "
        "ORDER BY is_own",
        gym.id,
        [made, own["id"]],
    )
    assert [row[0] for row in rows] == [False, True]
    assert tuple(rows[0])[1:] == tuple(rows[1])[1:]
    await reset(api, gym, made)

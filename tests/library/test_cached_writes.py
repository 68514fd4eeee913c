"""Cached answers equal those that would be read after each kind of write past the application."""

from uuid import UUID

import pytest

from tests.cached import agree
from tests.conftest import Api, Organization, World
from tests.library.cached_libraries import EXERCISES, Pool, agree_on_exercises, use, write_override, write_own


@pytest.fixture(scope="module")
async def squat(world: World) -> UUID:
    """The id of a canonical exercise."""
    return UUID(await world.exercise_id("back-squat"))


async def test_an_exercise_that_moves_to_another_organization_leaves_one_library_and_joins_the_other(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    for gym in (gyms[1], gyms[0], gyms[1]):
        await agree_on_exercises(plain, api, *gyms)
        await owner.execute("UPDATE exercises SET organization_id = $2 WHERE id = $1", id, gym.id)
        await agree_on_exercises(plain, api, *gyms)


async def test_an_exercise_that_is_canonical_for_a_time_is_seen_by_all_and_then_by_one_again(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    for organization in (None, gyms[1].id, None, gyms[0].id):
        await agree_on_exercises(plain, api, *gyms)
        await owner.execute("UPDATE exercises SET organization_id = $2 WHERE id = $1", id, organization)
        await agree_on_exercises(plain, api, *gyms)


async def test_an_override_that_is_deleted_is_no_longer_shown(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await use(plain, gyms[0], squat)
    await write_override(owner, gyms[0], squat, "Ours")
    await agree_on_exercises(plain, api, *gyms)
    await owner.execute("DELETE FROM exercise_org_overrides WHERE organization_id = $1", gyms[0].id)
    await agree_on_exercises(plain, api, *gyms)


async def test_an_override_that_moves_to_another_organization_is_not_shown_in_the_first(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await use(plain, gyms[0], squat)
    await write_override(owner, gyms[0], squat, "Moved")
    for old, new in (gyms, gyms[::-1], gyms):
        await agree_on_exercises(plain, api, *gyms)
        await owner.execute(
            "UPDATE exercise_org_overrides SET organization_id = $2 WHERE organization_id = $1", old.id, new.id
        )
        await agree_on_exercises(plain, api, *gyms)


@pytest.mark.parametrize("is_canonical", [True, False])
async def test_an_exercise_whose_row_is_deleted_is_no_longer_shown(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization], *, is_canonical: bool
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    if is_canonical:
        await owner.execute("UPDATE exercises SET organization_id = NULL WHERE id = $1", id)
    await agree_on_exercises(plain, api, *gyms)
    await owner.execute("DELETE FROM exercises WHERE id = $1", id)
    await agree_on_exercises(plain, api, *gyms)


async def test_overrides_are_no_longer_shown_after_a_truncate(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await write_override(owner, gyms[0], squat, "Ours")
    await agree_on_exercises(plain, api, *gyms)
    await owner.execute("TRUNCATE exercise_org_overrides")
    await agree_on_exercises(plain, api, *gyms)


async def test_a_cached_selection_is_not_used_for_another(
    plain: Api, api: Api, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    mine, _ = gyms
    await write_own(owner, mine, "Another version")
    page = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 5, sort: %s) { nodes { %s } } } }"
    shown = ("name", "slug", "n: name", "slug: name", "name: slug", "name __typename", "name a: __typename", "id")
    texts = [page % (sort, fields) for sort in ("NAME_ASC", "NAME_DESC") for fields in shown]
    for _ in range(2):
        await agree(plain, api, (mine.coach, mine.member), texts, {"id": str(mine.id)})


async def test_organizations_whose_libraries_were_never_changed_each_have_their_own_view(
    plain: Api, api: Api, world: World
) -> None:
    untouched = [await world.organization() for _ in range(2)]
    for gym in (*untouched, *untouched):
        await agree_on_exercises(plain, api, gym)


async def test_a_library_without_a_version_row_is_not_shown_to_strangers(
    plain: Api, api: Api, owner: Pool, world: World
) -> None:
    mine, stranger = await world.organization(), await world.organization()
    id = await write_own(owner, mine, "Secret")
    await use(plain, mine, id)
    await owner.execute("DELETE FROM versions WHERE organization_id = $1", mine.id)
    await agree_on_exercises(plain, api, mine)
    assert "Secret" in (await api.post(EXERCISES, mine.coach, id=str(mine.id))).text
    for gym in (mine, stranger):
        await agree(plain, api, (stranger.coach,), (EXERCISES,), {"id": str(gym.id)})
        assert "Secret" not in (await api.post(EXERCISES, stranger.coach, id=str(gym.id))).text

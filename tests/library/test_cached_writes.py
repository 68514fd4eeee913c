"""Whatever way a row goes or comes past the application, what is kept of it is what would be read."""

from typing import Any
from uuid import UUID

import pytest

from kinegraph.identity.store import enter_as
from kinegraph.kit.database import Database
from kinegraph.library.store import effective
from tests.conftest import Organization, World
from tests.library.test_kept import ASKED, both, write_override, write_own

Pool = Any


@pytest.fixture(scope="module")
async def squat(world: World) -> UUID:
    """Back Squat."""
    return UUID(await world.exercise_id("back-squat"))


async def agree(database: Database, keeping: Database, gyms: tuple[Organization, ...], ids: list[UUID]) -> None:
    """What is read and what is read or kept of these exercises is the same."""
    for gym in gyms:
        told, kept = await both(database, keeping, gym, ids)
        assert kept == told


async def test_an_exercise_that_moves_to_another_organization_leaves_one_library_and_comes_into_the_other(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    for gym in (gyms[1], gyms[0], gyms[1]):
        await agree(database, keeping, gyms, [id])
        await owner.execute("UPDATE exercises SET organization_id = $2 WHERE id = $1", id, gym.id)
        await agree(database, keeping, gyms, [id])


async def test_an_exercise_that_becomes_canonical_and_goes_back_is_seen_by_all_and_then_by_one(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    for organization in (None, gyms[1].id, None, gyms[0].id):
        await agree(database, keeping, gyms, [id])
        await owner.execute("UPDATE exercises SET organization_id = $2 WHERE id = $1", id, organization)
        await agree(database, keeping, gyms, [id])


async def test_an_override_that_is_deleted_is_not_kept(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await write_override(owner, gyms[0], squat, "Ours")
    await agree(database, keeping, gyms, [squat])
    await owner.execute("DELETE FROM exercise_org_overrides WHERE organization_id = $1", gyms[0].id)
    await agree(database, keeping, gyms, [squat])


async def test_an_override_that_moves_to_another_organization_is_gone_from_the_first(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await write_override(owner, gyms[0], squat, "Moved")
    for old, new in (gyms, gyms[::-1], gyms):
        await agree(database, keeping, gyms, [squat])
        await owner.execute(
            "UPDATE exercise_org_overrides SET organization_id = $2 WHERE organization_id = $1", old.id, new.id
        )
        await agree(database, keeping, gyms, [squat])


@pytest.mark.parametrize("is_canonical", [True, False])
async def test_an_exercise_that_is_deleted_for_good_is_not_kept(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], *, is_canonical: bool
) -> None:
    id = await write_own(owner, gyms[0], "Ours")
    if is_canonical:
        await owner.execute("UPDATE exercises SET organization_id = NULL WHERE id = $1", id)
    await agree(database, keeping, gyms, [id])
    await owner.execute("DELETE FROM exercises WHERE id = $1", id)
    await agree(database, keeping, gyms, [id])


async def test_a_library_that_was_emptied_at_once_is_not_kept(
    database: Database, keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    await write_override(owner, gyms[0], squat, "Ours")
    await agree(database, keeping, gyms, [squat])
    await owner.execute("TRUNCATE exercise_org_overrides")
    await agree(database, keeping, gyms, [squat])


async def test_what_is_kept_for_one_who_belongs_to_the_organization_is_whole_whoever_asked_beside_it(
    keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    mine, other = gyms
    keys = [(mine.id, squat), (other.id, squat)]
    await write_own(owner, mine, "Another version")
    async with keeping.read(enter_as(mine.coach.id)) as session:
        await effective(session, keys, frozenset(("name",)))
    async with keeping.read(enter_as(mine.coach.id)) as session:
        (kept,) = await effective(session, keys[:1], frozenset(("slug",)))
        assert kept is not None
        assert kept.slug == "back-squat"


async def test_organizations_whose_libraries_were_never_changed_each_keep_their_own_view(
    database: Database, keeping: Database, world: World, squat: UUID
) -> None:
    untouched = [await world.organization() for _ in range(2)]
    for gym in (*untouched, *untouched):
        await agree(database, keeping, (gym,), [squat])


async def test_a_library_from_before_there_were_versions_is_shown_to_no_stranger(
    keeping: Database, owner: Pool, world: World
) -> None:
    mine, stranger = await world.organization(), await world.organization()
    id = await write_own(owner, mine, "Secret")
    await owner.execute("DELETE FROM versions WHERE organization_id = $1", mine.id)
    async with keeping.read(enter_as(mine.coach.id)) as session:
        assert await effective(session, [(mine.id, id)], ASKED) != [None]
    async with keeping.read(enter_as(stranger.coach.id)) as session:
        assert await effective(session, [(mine.id, id)], ASKED) == [None]

"""A vote on a video is visible to its voter alone, and the database itself counts votes."""

import asyncio

import asyncpg
import pytest

from kinegraph.kit.sessions import WriteSession
from tests.conftest import Organization, Person, World
from tests.identity.rows import Pool, fill

VOTE = "INSERT INTO exercise_video_votes (exercise_id, user_id, is_positive) VALUES ($1, $2, $3)"


@pytest.fixture
async def organization(world: World) -> Organization:
    return await world.organization()


async def vote(session: WriteSession, exercise: object, person: Person, is_positive: bool) -> None:
    await session.run(VOTE, exercise, person.id, is_positive)


async def votes(owner: Pool, exercise: object) -> tuple[int, int]:
    row = await owner.fetchrow(
        "SELECT video_positive_votes, video_negative_votes FROM exercises WHERE id = $1", exercise
    )
    assert row is not None
    return row.video_positive_votes, row.video_negative_votes


async def test_votes_on_a_canonical_video_are_counted_changed_and_withdrawn(
    owner: Pool, world: World, organization: Organization
) -> None:
    exercise = await world.exercise_id("front-squat")
    async with world.writing_as(organization.coach) as session:
        await vote(session, exercise, organization.coach, True)
    async with world.writing_as(organization.owner) as session:
        await vote(session, exercise, organization.owner, False)
    assert await votes(owner, exercise) == (1, 1)
    async with world.writing_as(organization.owner) as session:
        assert await session.run("UPDATE exercise_video_votes SET is_positive = true") == 1
    assert await votes(owner, exercise) == (2, 0)
    async with world.writing_as(organization.owner) as session:
        assert await session.run("DELETE FROM exercise_video_votes") == 1
    assert await votes(owner, exercise) == (1, 0)


async def test_nobody_sees_changes_or_casts_the_vote_of_somebody_else(
    owner: Pool, world: World, organization: Organization
) -> None:
    exercise = await world.exercise_id("deadlift")
    async with world.writing_as(organization.coach) as session:
        await vote(session, exercise, organization.coach, True)
    async with world.writing_as(organization.owner) as session:
        assert await session.fetch("SELECT 1 FROM exercise_video_votes") == []
        assert await session.run("UPDATE exercise_video_votes SET is_positive = false") == 0
        assert await session.run("DELETE FROM exercise_video_votes") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(organization.owner) as session:
            await vote(session, exercise, organization.member, False)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(organization.coach) as session:
            await session.run("UPDATE exercise_video_votes SET user_id = $1", organization.owner.id)
    assert await votes(owner, exercise) == (1, 0)


async def test_nobody_votes_on_an_exercise_of_another_organization(
    owner: Pool, world: World, organization: Organization
) -> None:
    theirs = await fill(owner, await world.organization())
    for person in (organization.coach, await world.person(), await world.person(is_platform_admin=True)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(person) as session:
                await vote(session, theirs["exercise"], person, True)
    assert await votes(owner, theirs["exercise"]) == (0, 0)


@pytest.mark.parametrize("whose", ["canonical", "exercise"])
async def test_voting_gives_no_right_to_change_the_row(
    owner: Pool, world: World, organization: Organization, whose: str
) -> None:
    exercise = (await fill(owner, organization))[whose]
    settings = "SELECT current_setting('kinegraph.platform_admin', true), current_setting('kinegraph.coached', true)"
    async with world.writing_as(organization.member) as session:
        before = await session.fetch_row(settings)
        await vote(session, exercise, organization.member, True)
        assert await session.run("UPDATE exercises SET video_positive_votes = 99 WHERE id = $1", exercise) == 0
        assert await session.fetch_row(settings) == before


async def test_members_votes_on_their_organizations_own_video_count_and_another_video_starts_from_none(
    owner: Pool, world: World, organization: Organization
) -> None:
    exercise = (await fill(owner, organization))["exercise"]
    for person, is_positive in ((organization.member, True), (organization.coach, True), (organization.owner, False)):
        async with world.writing_as(person) as session:
            await vote(session, exercise, person, is_positive)
    assert await votes(owner, exercise) == (2, 1)
    async with world.writing_as(organization.member) as session:
        assert await session.run("UPDATE exercise_video_votes SET is_positive = false") == 1
    assert await votes(owner, exercise) == (1, 2)
    async with world.writing_as(organization.coach) as session:
        await session.run("UPDATE exercises SET video_url = 'https://videos.example/own' WHERE id = $1", exercise)
    assert await votes(owner, exercise) == (0, 0)


async def test_votes_of_several_people_at_once_are_all_counted(
    owner: Pool, world: World, organization: Organization
) -> None:
    exercise = await world.exercise_id("burpees")
    people = [await world.join(organization.id, "member") for _ in range(8)]

    async def cast(person: Person) -> None:
        async with world.writing_as(person) as session:
            await vote(session, exercise, person, True)

    await asyncio.gather(*map(cast, people))
    assert await votes(owner, exercise) == (8, 0)


async def test_the_votes_of_another_video_start_from_none(
    owner: Pool, world: World, organization: Organization
) -> None:
    exercise = await world.exercise_id("pull-ups")
    admin = await world.person(is_platform_admin=True)
    async with world.writing_as(organization.coach) as session:
        await vote(session, exercise, organization.coach, False)
    async with world.writing_as(admin) as session:
        await session.run("UPDATE exercises SET cues = '{Brace}' WHERE id = $1", exercise)
    assert await votes(owner, exercise) == (0, 1)
    async with world.writing_as(admin) as session:
        await session.run("UPDATE exercises SET video_url = 'https://videos.example/new' WHERE id = $1", exercise)
    assert await votes(owner, exercise) == (0, 0)
    assert await owner.fetchval("SELECT count(*) FROM exercise_video_votes WHERE exercise_id = $1", exercise) == 0

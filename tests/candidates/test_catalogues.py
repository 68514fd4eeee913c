"""Catalogues: what they hold, and that a cached one equals the stored exercises after every kind of write."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from generator_check.library import shipped_entries
from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.store import catalogues, loaded
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from tests.conftest import Person, World

CHANGES = {
    "an override of the muscles": """INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
        SELECT $1, id, '{"primaryMuscles": ["calves"], "name": "As we call it", "equipment": ["Dumbbells"]}'
        FROM exercises WHERE slug = 'push-ups' AND organization_id IS NULL""",
    "a restriction": """INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
        SELECT $1, id, 'wrist_pain', 'absolute' FROM exercises WHERE slug = 'push-ups' AND organization_id IS NULL""",
    "a copy": """INSERT INTO exercises (organization_id, forked_from_id, name, status)
        SELECT $1, id, 'Copy', 'published' FROM exercises WHERE slug = 'push-ups' AND organization_id IS NULL""",
    "a contraindication of its own exercise": """INSERT INTO exercise_contraindications
            (organization_id, exercise_id, condition, condition_key, severity, sort_order)
        SELECT $1, id, 'knee_pain', 'knee_pain', 'absolute', 0
        FROM exercises WHERE organization_id = $1 AND name = 'Copy'""",
    "the class of its own exercise": """INSERT INTO exercise_programming_profiles
            (organization_id, exercise_id, class_key, fatigue_score)
        SELECT $1, id, 'isolation', 2 FROM exercises WHERE organization_id = $1 AND name = 'Copy'""",
    "a body region of its own exercise, which touches it": """WITH tagged AS (
            INSERT INTO exercise_tags (organization_id, exercise_id, kind, term_id)
            SELECT $1, e.id, 'body_region', region.id FROM exercises e
            JOIN exercise_body_regions region ON region.slug = 'knee' AND region.organization_id IS NULL
            WHERE e.organization_id = $1 AND e.name = 'Copy'
        )
        UPDATE exercises SET updated_at = now() WHERE organization_id = $1 AND name = 'Copy'""",
    "its own exercise becomes archived": """UPDATE exercises SET status = 'archived', updated_at = now()
        WHERE organization_id = $1 AND name = 'Copy'""",
}
"""Statements of a coach, in their order; $1 is the organization."""
MADE = """INSERT INTO exercises (organization_id, forked_from_id, name, status)
    VALUES ($1, (SELECT id FROM exercises WHERE organization_id = $1 AND name = $3), $2, 'published')"""
RESTRICTED = """INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
    SELECT $1, id, $3, 'absolute' FROM exercises WHERE organization_id = $1 AND name = $2"""
CONSTRAINED = """INSERT INTO exercise_safety_constraints (organization_id, exercise_id)
    SELECT $1, id FROM exercises WHERE organization_id = $1 AND name = $2"""


@pytest.fixture(scope="module")
async def caching(database_url: str) -> AsyncIterator[Database]:
    """The module's database with a cache."""
    opened = await Database.open(database_url, 3, cache_bytes=256 * 2**20, request_cache_bytes=2**20)
    yield opened
    await opened.close()


async def both(caching: Database, person: Person, organization_id: UUID) -> tuple[Catalogue, Catalogue]:
    """The catalogue through the cache, and as it is stored, in one snapshot."""
    async with caching.read(authenticate_as(person.id)) as session:
        (cached,) = await catalogues(session, [organization_id])
        return cached, (await loaded(session, [organization_id]))[organization_id]


def values(catalogue: Catalogue) -> list[tuple[object, ...]]:
    """The values of the candidates; rows of layers compare by identity, so what they say for goals stands for them."""
    return [_values(each) for each in catalogue.candidates]


def _values(each: Candidate) -> tuple[object, ...]:
    layer = each.layer
    return (
        *(getattr(each, name) for name in each.__slots__ if name != "layer"),
        *(layer.class_key, layer.recommended_rep_ranges, layer.measured_ranges, layer.recommended_sets),
    )


async def test_a_cached_catalogue_equals_the_stored_one_after_every_kind_of_write(
    caching: Database, world: World, admin: Person
) -> None:
    gym = await world.organization()
    previous = values((await both(caching, gym.coach, gym.id))[0])
    for name, statement in CHANGES.items():
        async with world.writing_as(gym.coach) as session:
            assert await session.run(statement, gym.id) == 1, name
        cached, stored = await both(caching, gym.coach, gym.id)
        assert values(cached) == values(stored), name
        assert values(cached) != previous, name
        previous = values(cached)
    async with world.writing_as(admin) as session:
        await session.run("UPDATE exercises SET difficulty = 5 WHERE slug = 'bench-press' AND organization_id IS NULL")
    cached, stored = await both(caching, gym.coach, gym.id)
    assert values(cached) == values(stored) != previous


async def test_a_second_read_is_the_same_object_and_other_organizations_get_their_own(
    caching: Database, world: World
) -> None:
    gym, other = await world.organization(), await world.organization()
    first, _ = await both(caching, gym.coach, gym.id)
    again, _ = await both(caching, gym.member, gym.id)
    assert again is first
    async with world.writing_as(gym.coach) as session:
        await session.run(CHANGES["a restriction"], gym.id)
    theirs, _ = await both(caching, other.coach, other.id)
    ours, _ = await both(caching, gym.coach, gym.id)
    push_ups = [next(c for c in each.candidates if c.slug == "push-ups") for each in (ours, theirs)]
    assert [each.safety is not None and "wrist_pain" in each.safety.avoid_if for each in push_ups] == [True, False]


async def test_overrides_and_copies_are_seen_as_the_organization_sees_them(world: World, caching: Database) -> None:
    gym = await world.organization()
    async with world.writing_as(gym.coach) as session:
        for name in ("an override of the muscles", "a restriction", "a copy"):
            await session.run(CHANGES[name], gym.id)
    catalogue, _ = await both(caching, gym.coach, gym.id)
    push_ups = next(each for each in catalogue.candidates if each.slug == "push-ups")
    assert (push_ups.name, push_ups.primary) == ("As we call it", frozenset({"calves"}))
    assert dict(push_ups.equipment) == {"dumbbell": "Dumbbells"}
    copy = next(each for each in catalogue.candidates if each.name == "Copy")
    assert (copy.root_id, copy.class_key, copy.is_own) == (push_ups.id, push_ups.class_key, True)
    assert [edge.to_id for edge in copy.edges] == [edge.to_id for edge in push_ups.edges]
    assert copy.safety == push_ups.safety
    assert copy.safety is not None and "wrist_pain" in copy.safety.avoid_if


async def test_exercises_have_the_body_regions_of_their_tags(world: World, caching: Database) -> None:
    gym = await world.organization()
    catalogue, _ = await both(caching, gym.coach, gym.id)
    regions = {each.slug: each.regions for each in catalogue.candidates}
    assert regions == {slug: frozenset(entry.get("bodyRegions", ())) for slug, entry in shipped_entries().items()}


async def test_a_copy_has_its_sources_restrictions_until_it_has_constraints_of_its_own(
    world: World, caching: Database
) -> None:
    gym = await world.organization()
    async with world.writing_as(gym.coach) as session:
        for name in ("a restriction", "a copy"):
            await session.run(CHANGES[name], gym.id)
        for name, source in (("Copy of it", "Copy"), ("Classified", "Copy"), ("Own", None), ("Copy of own", "Own")):
            await session.run(MADE, gym.id, name, source)
        for name, condition in (("Copy", "vertigo"), ("Classified", "asthma"), ("Own", "asthma")):
            await session.run(RESTRICTED, gym.id, name, condition)
        await session.run(CONSTRAINED, gym.id, "Classified")
    catalogue, _ = await both(caching, gym.coach, gym.id)
    found = {each.name: each.safety and {"asthma", "vertigo", "wrist_pain"} & {*each.safety.avoid_if}
             for each in catalogue.candidates if each.is_own}  # fmt: skip
    assert found == {
        "Copy": {"vertigo", "wrist_pain"},
        "Copy of it": {"vertigo", "wrist_pain"},
        "Classified": {"asthma"},
        "Own": {"asthma"},
        "Copy of own": {"asthma"},
    }


async def test_two_organizations_are_loaded_by_one_statement(caching: Database, world: World) -> None:
    first, second = await world.organization(), await world.organization()
    person = await world.join(second.id, "coach", first.coach)
    async with caching.read(authenticate_as(person.id)) as session:
        before = session.statements
        found = await loaded(session, [first.id, second.id])
        assert session.statements == before + 1
    assert [len(found[each.id].candidates) for each in (first, second)] == [len(found[first.id].candidates)] * 2
    assert {each.organization_id for each in found[second.id].candidates} == {second.id}


async def test_the_statement_reads_nothing_of_another_organization(caching: Database, world: World) -> None:
    ours, theirs = await world.organization(), await world.organization()
    async with world.writing_as(theirs.coach) as session:
        await session.run(CHANGES["a copy"], theirs.id)
    async with caching.read(authenticate_as(ours.coach.id)) as session:
        found = (await loaded(session, [theirs.id]))[theirs.id]
    assert "Copy" not in [each.name for each in found.candidates]

"""A tag joins an exercise to an existing term, global or of the exercise's organization: in the API and in SQL."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.taxonomy.terms import DELETE, KINDS, READ, TABLES, TAG, Json, make, tag, tagged
from tests.workout.documents import Pool

INSERT = """
INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id, term_organization_id)
VALUES ($1, $2, $3, $4, $5)
"""
REFUSED = (
    asyncpg.ForeignKeyViolationError,
    asyncpg.CheckViolationError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UniqueViolationError,
)


class TwoOrganizations:
    """Two organizations, each with an exercise and a term of each kind, and the same of the platform's."""

    def __init__(self, mine: Organization, theirs: Organization) -> None:
        self.mine, self.theirs = mine, theirs
        self.exercises: dict[str, UUID] = {}
        self.terms: dict[tuple[str, str], UUID] = {}
        self.owners = {"mine": mine.id, "theirs": theirs.id, "global": None}


@pytest.fixture(scope="module")
async def two(api: Api, world: World, admin: Person) -> TwoOrganizations:
    made = TwoOrganizations(await world.organization(), await world.organization())
    whose: dict[str, tuple[Person, Organization | None]] = {
        "mine": (made.mine.coach, made.mine), "theirs": (made.theirs.coach, made.theirs), "global": (admin, None)
    }  # fmt: skip
    for name, (person, organization) in whose.items():
        made.exercises[name] = UUID((await create(api, person, organization))["id"])
        for kind in KINDS:
            made.terms[name, kind] = UUID((await make(api, person, organization, kind, f"Term {name}"))["id"])
    return made


OWNED = ("mine", "theirs", "global")
ALLOWED = {("mine", "mine"), ("theirs", "theirs"), ("global", "global"), ("mine", "global"), ("theirs", "global")}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_database_itself_refuses_tags_whose_columns_do_not_match(
    owner: Pool, two: TwoOrganizations, kind: str
) -> None:
    stored = set()
    for exercise in OWNED:
        for term in OWNED:
            for claimed in (None, two.mine.id, two.theirs.id, uuid4()):
                for scope in (None, two.mine.id, two.theirs.id):
                    values = two.exercises[exercise], scope, kind.lower(), two.terms[term, kind], claimed
                    if await _stores(owner, values):
                        stored.add((exercise, term, scope, claimed))
    owners = two.owners
    assert stored == {(exercise, term, owners[exercise], owners[term]) for exercise, term in ALLOWED}


async def _stores(owner: Pool, values: tuple[Any, ...]) -> bool:
    """True if a tag can be stored; the transaction is rolled back."""
    async with owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(INSERT, *values)
            return True
        except REFUSED:
            return False
        finally:
            await transaction.rollback()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("person", ["coach", "member", "platform admin"])
async def test_row_level_security_alone_refuses_tags_of_exercises_that_one_may_not_write(
    world: World, two: TwoOrganizations, admin: Person, kind: str, person: str
) -> None:
    who = {"coach": two.mine.coach, "member": two.mine.member, "platform admin": admin}[person]
    stored = set()
    for exercise in OWNED:
        for term in OWNED:
            for scope in (None, two.mine.id, two.theirs.id):
                values = two.exercises[exercise], scope, kind.lower(), two.terms[term, kind], two.owners[term]
                try:
                    async with world.writing_as(who) as session:
                        await session.run(INSERT, *values)
                        session.is_rollback_only = True
                    stored.add((exercise, term, scope))
                except REFUSED:
                    pass
    mine = two.mine.id
    wanted = {
        "coach": {("mine", "mine", mine), ("mine", "global", mine)},
        "platform admin": {("global", "global", None)},
    }
    assert stored == wanted.get(person, set())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_tag_to_a_term_that_is_not_there_or_of_another_kind_cannot_be_stored(
    owner: Pool, two: TwoOrganizations, kind: str
) -> None:
    mine = two.mine.id
    assert not await _stores(owner, (two.exercises["mine"], mine, kind.lower(), uuid4(), mine))
    assert not await _stores(owner, (two.exercises["mine"], mine, kind.lower(), uuid4(), None))
    for other in set(KINDS) - {kind}:
        assert not await _stores(owner, (two.exercises["mine"], mine, kind.lower(), two.terms["mine", other], mine))
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(INSERT, two.exercises["mine"], mine, "colour", two.terms["mine", kind], mine)


@pytest.mark.parametrize("kind", KINDS)
async def test_neither_a_stored_tag_nor_its_term_nor_its_exercise_can_move_to_another_organization(
    owner: Pool, api: Api, two: TwoOrganizations, kind: str
) -> None:
    term = await make(api, two.mine.coach, two.mine, kind, "Bent")
    exercise = (await create(api, two.mine.coach, two.mine, termIds=[term["id"]]))["id"]
    theirs = two.theirs.id
    changes = (
        ("UPDATE exercise_tags SET term_id = $2 WHERE exercise_id = $1", exercise, two.terms["theirs", kind]),
        ("UPDATE exercise_tags SET term_organization_id = $2 WHERE exercise_id = $1", exercise, theirs),
        ("UPDATE exercise_tags SET organization_id = $2 WHERE exercise_id = $1", exercise, theirs),
        (f"UPDATE {TABLES[kind]} SET organization_id = $2 WHERE id = $1", term["id"], theirs),
        (f"UPDATE {TABLES[kind]} SET organization_id = NULL WHERE id = $1 AND $2::text IS NULL", term["id"], None),
        ("UPDATE exercises SET organization_id = $2 WHERE id = $1", exercise, theirs),
        (f"DELETE FROM {TABLES[kind]} WHERE id = $1 AND $2::text IS NULL", term["id"], None),
    )
    for statement, *arguments in changes:
        with pytest.raises(REFUSED):
            await owner.execute(statement, *arguments)
    assert tagged((await api.run(READ, two.mine.coach, id=exercise))["exercise"]) == {term["id"]}


@pytest.mark.parametrize("kind", KINDS)
async def test_missing_and_foreign_terms_are_refused_each_at_its_path_and_nothing_is_stored(
    api: Api, two: TwoOrganizations, kind: str
) -> None:
    exercise = str(two.exercises["mine"])
    before = (await api.run(READ, two.mine.coach, id=exercise))["exercise"]
    sent = [two.terms["mine", kind], two.terms["theirs", kind], two.terms["global", kind], uuid4()]
    found = await api.refusals(TAG, two.mine.coach, id=exercise, termIds=[str(id) for id in sent])
    assert found == [("NOT_FOUND", ["input", "termIds", "1"]), ("NOT_FOUND", ["input", "termIds", "3"])]
    assert (await api.run(READ, two.mine.coach, id=exercise))["exercise"] == before


async def test_a_refused_terms_path_is_its_position_in_the_sent_list_with_duplicates(
    api: Api, two: TwoOrganizations
) -> None:
    term = str(two.terms["mine", "CATEGORY"])
    sent = [term, term.upper(), term, str(uuid4())]
    found = await api.refusals(TAG, two.mine.coach, id=str(two.exercises["mine"]), termIds=sent)
    assert found == [("NOT_FOUND", ["input", "termIds", "3"])]


async def test_a_coach_of_two_organizations_cannot_tag_an_exercise_of_one_with_a_term_of_the_other(
    api: Api, world: World, two: TwoOrganizations
) -> None:
    both = await world.join(two.mine.id, "coach")
    await world.join(two.theirs.id, "coach", both)
    for kind in KINDS:
        sent = [str(two.terms["theirs", kind])]
        found = await api.refusals(TAG, both, id=str(two.exercises["mine"]), termIds=sent)
        assert found == [("NOT_FOUND", ["input", "termIds", "0"])]


async def test_a_canonical_exercise_takes_global_terms_alone(
    api: Api, two: TwoOrganizations, admin: Person, world: World
) -> None:
    await world.join(two.mine.id, "coach", admin)
    sent = [str(two.terms["global", "CATEGORY"]), str(two.terms["mine", "CATEGORY"])]
    found = await api.refusals(TAG, admin, id=str(two.exercises["global"]), termIds=sent)
    assert found == [("NOT_FOUND", ["input", "termIds", "1"])]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=st.lists(st.none() | st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=4))
async def test_sent_tags_replace_the_stored_ones_and_updated_at_changes_only_with_them(
    api: Api, two: TwoOrganizations, inputs: list[list[int] | None]
) -> None:
    pool = [str(two.terms[whose, kind]) for whose in ("mine", "global") for kind in KINDS]
    seen = await api.run(READ, two.mine.coach, id=(await create(api, two.mine.coach, two.mine))["id"])
    exercise: Json = seen["exercise"]
    for term_numbers in inputs:
        sent = None if term_numbers is None else [pool[position] for position in term_numbers]
        answered = await api.run(TAG, two.mine.coach, id=exercise["id"], termIds=sent)
        changed = answered["updateExercise"]["exercise"]
        assert tagged(changed) == set(sent or ())
        assert (changed["updatedAt"] == exercise["updatedAt"]) is (tagged(changed) == tagged(exercise))
        exercise = changed


@pytest.mark.parametrize("kind", KINDS)
async def test_of_a_concurrent_deletion_and_tagging_one_is_refused_and_every_tag_has_its_term(
    api: Api, owner: Pool, two: TwoOrganizations, kind: str
) -> None:
    coach = two.mine.coach
    for number in range(8):
        term = (await make(api, coach, two.mine, kind, f"Race {kind} {number}"))["id"]
        exercises = [(await create(api, coach, two.mine))["id"] for _ in range(2)]
        calls = [api.post(TAG, coach, id=id, termIds=[term]) for id in exercises]
        answers = [r.json() for r in await asyncio.gather(calls[0], api.post(DELETE, coach, id=term), calls[1])]
        assert not any("errors" in answer for answer in answers), answers
        first, deletion, second = [
            [error["code"] for error in next(iter(answer["data"].values()))["userErrors"]] for answer in answers
        ]
        there = await owner.fetchval(f"SELECT count(*) FROM {TABLES[kind]} WHERE id = $1", UUID(term))
        tags = await owner.fetchval("SELECT count(*) FROM exercise_tags WHERE term_id = $1", UUID(term))
        assert there == (0 if deletion == [] else 1)
        assert tags == [first, second].count([]) and (there or not tags)
        assert deletion in ([], ["CONFLICT"]) and {*first, *second} <= {"NOT_FOUND"}
        assert (deletion == []) is (tags == 0)


async def test_concurrent_taggings_of_one_exercise_leave_the_tags_of_one_of_them(
    api: Api, two: TwoOrganizations
) -> None:
    pool = [str(two.terms[whose, kind]) for whose in ("mine", "global") for kind in KINDS]
    exercise = (await create(api, two.mine.coach, two.mine))["id"]
    sets = [pool[start : start + 3] for start in range(4)] * 3
    await asyncio.gather(*(tag(api, two.mine.coach, exercise, *ids) for ids in sets))
    assert tagged((await api.run(READ, two.mine.coach, id=exercise))["exercise"]) in [set(ids) for ids in sets]

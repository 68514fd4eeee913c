"""`last` and `before` work on every connection of the schema, and what a client leaves null means the default."""

from dataclasses import dataclass
from typing import Any, TypeAlias  # JSON of the API

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type

from kinegraph.api.schema import schema
from kinegraph.kit.rows import Row
from tests.api.routes import routes
from tests.api.sizes import Size, grow
from tests.audit.reads import store_reads
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import SORTS
from tests.rooms import WHERE, Growth, grow_rooms, listed, merged

Json: TypeAlias = dict[str, Any]
PAGE = "$first: Int, $after: String, $last: Int, $before: String"
WINDOW = "first: $first, after: $after, last: $last, before: $before"
ROWS = "totalCount nodes { __typename } edges { cursor node { __typename } } pageInfo { ...Info }"
INFO = "fragment Info on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def connections() -> set[str]:
    """The lists with pages of the schema, by type and field."""
    return {
        f"{type.name}.{name}"
        for type in schema._schema.type_map.values()
        if isinstance(type, GraphQLObjectType)
        for name, field in type.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    }


def document(list_name: str) -> str:
    """The document of a list: the one that its room declares, or the path to its type with the field."""
    parent, _, name = list_name.partition(".")
    found: str = merged("lists").get(list_name) or routes().get(parent, "").replace("%s", f"{name}(%s) {{ %s }}")
    assert found, f"no path leads to {parent} by lists alone; `lists` has a document: {WHERE}"
    return found


LISTS = {name: document(name) for name in sorted(connections() - {*listed("own_lists")})}
"""A document for each list with pages of the schema, but for those whose rooms walk them."""


@dataclass
class Lists(Size):
    """The organization, and the platform admin, who sees the lists that others do not."""

    admin: Person


async def measure_poses(owner: "asyncpg.Pool[Row]", organization: Organization) -> None:
    """Five sessions of poses of each enrollment, whose patients consent to biometric data."""
    await owner.execute("UPDATE patients SET has_biometric_consent = true WHERE organization_id = $1", organization.id)
    await owner.execute(
        """
        INSERT INTO pose_sessions (organization_id, user_id, session_id, exercise_id, enrollment_id, started_at,
                                   last_at, frames, accuracy_sum, accuracy_frames)
        SELECT $1, e.patient_id, uuidv7(), o.exercise_id, e.id, now(), now(), 1, 0, 0
        FROM enrollments e, exercise_org_overrides o, generate_series(1, 5)
        WHERE e.organization_id = $1 AND o.organization_id = $1
        """,
        organization.id,
    )


@pytest.fixture(scope="module")
async def size(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> Lists:
    """An organization with five rows in each list."""
    size = await grow(api, world, owner, 1, 2)
    organization = size.organizations[0]
    await owner.execute(
        """
        WITH more AS (INSERT INTO workouts (organization_id, author_id, program_id, title)
                      SELECT $1, $2, p.id, 'Same'
                      FROM generate_series(1, 3), (SELECT id FROM programs WHERE organization_id = $1) p RETURNING id),
             section AS (INSERT INTO workout_sections (organization_id, workout_id, type, sort_order)
                         SELECT $1, id, 'main', 0 FROM more RETURNING id),
             movement AS (INSERT INTO workout_movements (organization_id, section_id, exercise_id, sort_order)
                          SELECT $1, section.id, o.exercise_id, 0
                          FROM section, (SELECT exercise_id FROM exercise_org_overrides WHERE organization_id = $1) o)
        INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
        SELECT $1, id, $3, $2, current_date FROM more
        """,
        organization.id,
        size.coach.id,
        size.member.id,
    )
    plans = "INSERT INTO treatment_plans (organization_id, author_id, title, weeks) SELECT $1, $2, 'Same', 1"
    await owner.execute(f"{plans} FROM generate_series(1, 3)", organization.id, size.coach.id)
    await enroll_more(world, owner, organization)
    await grow_rooms(Growth(owner, organization, size.member, 4))
    await measure_poses(owner, organization)
    await owner.execute(
        """
        INSERT INTO alias_proposals (exercise_id, language, text, proposed_text, model)
        SELECT exercise_id, 'he', text, text, 'a model'
        FROM exercise_org_overrides, (SELECT 'Alias ' || n FROM generate_series(1, 5) n) AS alias (text)
        WHERE organization_id = $1
        """,
        organization.id,
    )
    await store_reads(owner, organization.id, size.member.id, 5)
    return Lists(**vars(size), admin=await world.person(is_platform_admin=True))


@pytest.fixture(scope="module")
async def exercise(size: Lists, owner: "asyncpg.Pool[Row]") -> str:
    """An exercise of all of its workouts."""
    id = await owner.fetchval(
        "SELECT min(exercise_id::text) FROM exercise_org_overrides WHERE organization_id = $1", size.organizations[0].id
    )
    return str(id)


def test_every_connection_of_the_schema_is_walked() -> None:
    assert {*LISTS, *listed("own_lists")} == connections()
    assert {*merged("lists"), *merged("list_readers")} <= {*LISTS}


async def read(api: Api, size: Lists, exercise: str, name: str, **window: Any) -> Json:
    """A page of a list."""
    variables = {"organization": str(size.organizations[0].id), "exercise": exercise, "patient": str(size.member.id)}
    sent = {key: value for key, value in variables.items() if f"${key}" in LISTS[name]}
    signature = ", ".join((*(f"${key}: ID!" for key in sent), PAGE))
    text = f"query ({signature}) {{ {LISTS[name] % (WINDOW, ROWS)} }} {INFO}"
    readers = {"admin": size.admin, "owner": size.organizations[0].owner, "coach": size.coach}
    person = readers[merged("list_readers").get(name, "coach")]
    data = await api.run(text, person, **sent, **window)
    found: Any = data[name.partition(".")[2] if name.startswith("Query") else "organization"]
    while "edges" not in found:
        found = found[0] if isinstance(found, list) else next(iter(found.values()))
    page: Json = found
    return page


async def enroll_more(world: World, owner: "asyncpg.Pool[Row]", organization: Organization) -> None:
    """Enroll three more members in the plan with most enrollments; three more consents and moves of everybody."""
    people = [(await world.join(organization.id, "member")).id for _ in range(3)]
    await owner.execute(
        """
        WITH most AS (SELECT plan_id, version_id, enrolled_by_id FROM enrollments WHERE organization_id = $1
                      GROUP BY plan_id, version_id, enrolled_by_id ORDER BY count(*) DESC LIMIT 1),
             patient AS (INSERT INTO patients (organization_id, user_id) SELECT $1, unnest($2::uuid[])),
             made AS (INSERT INTO enrollments
                          (organization_id, plan_id, version_id, patient_id, enrolled_by_id, starts_on)
                      SELECT $1, plan_id, version_id, unnest($2::uuid[]), enrolled_by_id, current_date FROM most
                      RETURNING *)
        INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
        SELECT id, $1, patient_id, plan_id, version_id, starts_on FROM made
        """,
        organization.id,
        people,
    )
    await owner.execute(
        """
        WITH consent AS (INSERT INTO patient_consents (organization_id, user_id, kind, level, recorded_by_id)
                         SELECT $1, user_id, 'biometric', 1, user_id
                         FROM patients, generate_series(1, 4) WHERE organization_id = $1)
        INSERT INTO enrollment_moves (enrollment_id, organization_id, patient_id, to_status, to_version_id,
                                      effective_on, moved_by_id)
        SELECT id, $1, patient_id, 'active', version_id, starts_on, enrolled_by_id
        FROM enrollments, generate_series(1, 4) WHERE organization_id = $1
        """,
        organization.id,
    )


def cursors(page: Json) -> list[str]:
    """The cursors of a page's rows."""
    return [edge["cursor"] for edge in page["edges"]]


@pytest.mark.parametrize("name", LISTS)
async def test_walking_from_the_end_meets_the_same_rows_in_the_same_order(
    api: Api, size: Lists, exercise: str, name: str
) -> None:
    whole = await read(api, size, exercise, name, first=100)
    total = len(whole["edges"])
    assert total == whole["totalCount"]
    assert total >= 4, f"`grow` stores rows of it: {WHERE}"
    for step in (1, 3, total, total + 1):
        found: list[str] = []
        before = None
        while True:
            page = await read(api, size, exercise, name, first=None, last=step, before=before)
            assert len(page["nodes"]) == len(page["edges"]) == min(step, total - len(found))
            info = page["pageInfo"]
            found = cursors(page) + found
            assert (info["startCursor"], info["endCursor"]) == (cursors(page)[0], cursors(page)[-1])
            assert info["hasPreviousPage"] is (len(found) < total)
            assert info["hasNextPage"] is (before is not None)
            before = info["startCursor"]
            if not info["hasPreviousPage"]:
                break
        assert found == cursors(whole)


@pytest.mark.parametrize("name", LISTS)
async def test_two_cursors_bound_a_page_from_both_sides(api: Api, size: Lists, exercise: str, name: str) -> None:
    rows = cursors(await read(api, size, exercise, name, first=100))
    between = {"after": rows[0], "before": rows[3]}
    for window, wanted in (
        ({"first": 1}, rows[1:2]),
        ({"last": 1}, rows[2:3]),
        ({"first": 9}, rows[1:3]),
        ({"last": 9}, rows[1:3]),
    ):
        page = await read(api, size, exercise, name, **between, **window)
        assert cursors(page) == wanted
        assert page["pageInfo"]["hasPreviousPage"] and page["pageInfo"]["hasNextPage"]
    none = await read(api, size, exercise, name, first=5, after=rows[1], before=rows[1])
    assert (cursors(none), none["pageInfo"]["endCursor"]) == ([], None)


@pytest.mark.parametrize("name", LISTS)
async def test_first_0_with_total_count_is_fine(api: Api, size: Lists, exercise: str, name: str) -> None:
    total = (await read(api, size, exercise, name, first=100))["totalCount"]
    for window, more in (({"first": 0}, (True, False)), ({"last": 0}, (False, True))):
        page = await read(api, size, exercise, name, **window)
        info = page["pageInfo"]
        assert (page["totalCount"], page["nodes"], page["edges"]) == (total, [], [])
        assert (info["hasNextPage"], info["hasPreviousPage"]) == more
        assert (info["startCursor"], info["endCursor"]) == (None, None)


@pytest.mark.parametrize("name", LISTS)
async def test_what_a_client_leaves_null_means_the_default(api: Api, size: Lists, exercise: str, name: str) -> None:
    default = await read(api, size, exercise, name)
    assert await read(api, size, exercise, name, first=None, after=None, last=None, before=None) == default
    assert cursors(default) == cursors(await read(api, size, exercise, name, first=50))


@pytest.mark.parametrize("sort", SORTS)
async def test_the_last_rows_of_every_order_are_those_that_it_ends_with(api: Api, size: Size, sort: str) -> None:
    text = """query ($id: ID!, $sort: ExerciseSort, $first: Int, $after: String, $last: Int) {
      organization(id: $id) { exerciseLibrary(sort: $sort, first: $first, after: $after, last: $last) {
        edges { node { id } } pageInfo { endCursor hasNextPage }
      } }
    }"""
    rows: list[Json] = []
    window: Json = {"first": 100, "after": None}
    while window["after"] is not None or not rows:
        data = await api.run(text, size.coach, id=str(size.organizations[0].id), sort=sort, **window)
        page = data["organization"]["exerciseLibrary"]
        rows += page["edges"]
        window["after"] = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    data = await api.run(text, size.coach, id=str(size.organizations[0].id), sort=sort, first=None, last=9)
    assert data["organization"]["exerciseLibrary"]["edges"] == rows[-9:]


@pytest.mark.parametrize("bad", [{"last": -1}, {"last": 101}, {"before": ""}, {"before": "x"}])
async def test_a_bad_last_or_before_is_refused_by_its_name(api: Api, size: Size, bad: Json) -> None:
    text = f"query ($id: ID!, {PAGE}) {{ organization(id: $id) {{ workouts({WINDOW}) {{ totalCount }} }} }}"
    (error,) = (await api.post(text, size.coach, id=str(size.organizations[0].id), **bad)).json()["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": [*bad]}


async def test_first_together_with_last_is_refused(api: Api, size: Size) -> None:
    signature, window = "$id: ID!, $first: Int, $last: Int", "first: $first, last: $last"
    text = f"query ({signature}) {{ organization(id: $id) {{ %s({window}) {{ nodes {{ id }} }} }} }}"
    literal = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 50, last: 2) { nodes { id } } } }"
    id = str(size.organizations[0].id)
    for _ in range(3):  # a page that is cached would be answered
        await api.run(text % "exerciseLibrary", size.coach, id=id, last=2)
        for response in (
            await api.post(text % "exerciseLibrary", size.coach, id=id, first=50, last=2),
            await api.post(text % "workouts", size.coach, id=id, first=20, last=2),
            await api.post(text % "exerciseLibrary", size.coach, id=id, first=1, last=2),
            await api.post(literal, size.coach, id=id),
        ):
            (error,) = response.json()["errors"]
            assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["last"]}


async def test_a_null_sort_source_and_filter_mean_the_default(api: Api, size: Size) -> None:
    text = """query ($id: ID!, $source: LibrarySource, $sort: ExerciseSort, $filter: ExerciseFilter) {
      organization(id: $id) { exerciseLibrary(source: $source, sort: $sort, filter: $filter) { nodes { id } } }
      exercises(sort: $sort, filter: $filter) { nodes { id } }
    }"""
    id = str(size.organizations[0].id)
    default = await api.run(text, size.coach, id=id)
    assert await api.run(text, size.coach, id=id, source=None, sort=None, filter=None) == default
    library = "exerciseLibrary(source: null, sort: null) { nodes { id } }"
    literal = f"query ($id: ID!) {{ organization(id: $id) {{ {library} }} }}"
    assert (await api.run(literal, size.coach, id=id))["organization"] == default["organization"]


async def test_a_null_number_of_jobs_means_the_default(api: Api, world: World) -> None:
    admin = await world.person(is_platform_admin=True)
    default = await api.run("{ jobs { id } }", admin)
    assert await api.run("{ jobs(first: null) { id } }", admin) == default
    assert await api.run("{ jobs(first: 0) { id } }", admin) == {"jobs": []}

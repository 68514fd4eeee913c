"""The audit trail: reads by others than the patient, changes by anybody, for the owners alone; its chain holds."""

import asyncio
from datetime import date
from typing import Any  # JSON of answers
from uuid import UUID

import asyncpg
import pytest

from kinegraph.audit import store
from kinegraph.kit.database import Database
from tests.api.unchanged import get
from tests.conftest import Api, Counter, Person, World
from tests.identity.rows import Pool
from tests.logbook.documents import SEND_BRIEFLY, Enrolled, enrolled
from tests.treatment import store_log

TRAIL = """query ($organization: ID!, $patient: ID!, $first: Int) { organization(id: $organization) {
  auditTrail(patientId: $patient, first: $first) {
    totalCount nodes { id action types actor { id } position createdAt hash }
  }
} }"""
READ = """query ($id: ID!) { node(id: $id) { ... on Enrollment {
  startsOn logs(first: 5) { nodes { painScore } } adherence { rate }
} } }"""
CALENDAR = """query ($id: ID!, $user: ID!) { organization(id: $id) { patient(userId: $user) {
  timeZone consents { nodes { kind } }
} } }"""


@pytest.fixture
async def plan(owner: Pool, world: World) -> Enrolled:
    """A patient in a plan, with a log."""
    plan = await enrolled(owner, world)
    exercise = plan.version.exercises[1, 1][0]
    await store_log(owner, plan.gym, plan.id, plan.patient, exercise, date.fromisoformat(plan.day(1)))
    return plan


async def trail(api: Api, plan: Enrolled, first: int = 100) -> list[dict[str, Any]]:
    """The patient's trail as its owner reads it, the earliest first, without what the tests stored by SQL."""
    variables = {"organization": str(plan.gym.id), "patient": str(plan.patient.id), "first": first}
    data = await api.run(TRAIL, plan.gym.owner, **variables)
    nodes: list[dict[str, Any]] = data["organization"]["auditTrail"]["nodes"]
    return [each for each in reversed(nodes) if each["actor"]]


def said(entries: list[dict[str, Any]], **people: Person) -> list[tuple[str, str, list[str]]]:
    """Entries as the name of their actor, what was done, and the types of data."""
    names = {str(person.id): name for name, person in people.items()}
    return [(names[each["actor"]["id"]], each["action"], each["types"]) for each in entries]


async def verified(database: Database, organization_id: UUID) -> store.Chain:
    """The chain of an organization."""
    async with database.read(store.act_as_auditor) as session:
        return next(each for each in await store.chains(session) if each.organization_id == organization_id)


async def test_a_read_by_a_coach_is_one_entry_with_all_types(api: Api, plan: Enrolled) -> None:
    """A request that reads an enrollment, its logs and its adherence is one entry; the patient's own leave none."""
    await api.run(READ, plan.patient, id=str(plan.id))
    assert await trail(api, plan) == []
    await api.run(READ, plan.gym.coach, id=str(plan.id))
    await api.run(CALENDAR, plan.gym.owner, id=str(plan.gym.id), user=str(plan.patient.id))
    assert said(await trail(api, plan), coach=plan.gym.coach, owner=plan.gym.owner) == [
        ("coach", "READ", ["Adherence", "Enrollment", "ExerciseLog"]),
        ("owner", "READ", ["Patient"]),
    ]


async def test_both_executors_record_the_same(api: Api, plan: Enrolled) -> None:
    """An operation that graphql-core executes is recorded once, too."""
    headers = {"authorization": f"Bearer {plan.gym.coach.token}", "x-kinegraph-executor": "graphql-core"}
    body = {"query": READ, "variables": {"id": str(plan.id)}}
    assert "errors" not in (await api.client.post("/graphql", json=body, headers=headers)).json()
    assert said(await trail(api, plan), coach=plan.gym.coach) == [
        ("coach", "READ", ["Adherence", "Enrollment", "ExerciseLog"])
    ]


async def test_changes_are_recorded_whoever_makes_them(api: Api, plan: Enrolled) -> None:
    """A log by the patient is a change by them; a refused one is none."""
    await api.run(SEND_BRIEFLY, plan.patient, logs=[plan.log(2)])
    assert await api.user_errors(SEND_BRIEFLY, plan.patient, logs=[plan.log(2, painScore=11)])
    assert said(await trail(api, plan), patient=plan.patient) == [("patient", "CHANGE", ["ExerciseLog"])]


async def test_an_answer_304_is_a_read_too(api: Api, plan: Enrolled) -> None:
    """The answer of a GET with data of a patient is made, and recorded, each time, also where it is answered 304."""
    first = await get(api, plan.gym.coach, READ, id=str(plan.id))
    statuses = [(await get(api, plan.gym.coach, READ, first.headers["etag"], id=str(plan.id))) for _ in range(3)]
    assert [each.status_code for each in statuses] == [304] * 3
    assert len(await trail(api, plan)) == 4


async def test_only_owners_read_the_trail(api: Api, plan: Enrolled, world: World) -> None:
    """Coaches and patients are refused, the owner of another organization does not see this one."""
    variables = {"organization": str(plan.gym.id), "patient": str(plan.patient.id)}
    for person in (plan.gym.coach, plan.patient):
        body = (await api.post(TRAIL, person, **variables)).json()
        assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]
    await api.run(READ, plan.gym.coach, id=str(plan.id))
    (entry,) = await trail(api, plan)
    stranger = (await world.organization()).owner
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await api.run(TRAIL, stranger, **variables))["organization"] is None
    assert [(await api.run(node, person, id=entry["id"]))["node"] for person in (stranger, plan.gym.coach)] == [
        None
    ] * 2
    assert (await api.run(node, plan.gym.owner, id=entry["id"]))["node"] == {"id": entry["id"]}


async def test_row_level_security_alone_shows_entries_to_owners(api: Api, plan: Enrolled, world: World) -> None:
    """Without the checks of the application, others than the owner of the organization see no entry."""
    await api.run(READ, plan.gym.coach, id=str(plan.id))
    people = {"owner": plan.gym.owner, "coach": plan.gym.coach, "patient": plan.patient}
    people["stranger"] = (await world.organization()).owner
    seen = {}
    for name, person in people.items():
        async with world.writing_as(person) as session:
            seen[name] = await session.fetch("SELECT FROM audit_entries WHERE organization_id = $1", plan.gym.id) != []
    assert seen == {"owner": True, "coach": False, "patient": False, "stranger": False}


async def test_no_answer_is_sent_where_it_cannot_be_recorded(api: Api, plan: Enrolled, owner: Pool) -> None:
    """A failure of recording is a masked error without data; the patient's own reads go on."""
    await owner.execute("REVOKE INSERT ON audit_pending FROM kinegraph_api")
    try:
        response = await api.post(READ, plan.gym.coach, id=str(plan.id))
        own = await api.post(READ, plan.patient, id=str(plan.id))
    finally:
        await owner.execute("GRANT INSERT ON audit_pending TO kinegraph_api")
    assert response.status_code == 500
    assert "data" not in response.json() or response.json()["data"] is None
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["INTERNAL"]
    assert own.json()["data"]["node"]["startsOn"]


async def test_a_chain_holds_under_concurrent_reads_and_changes(api: Api, plan: Enrolled, database: Database) -> None:
    """Forty requests at the same time make forty entries with positions in sequence, each with the hash before it."""
    before = (await verified(database, plan.gym.id)).entries
    reads = [api.run(READ, plan.gym.coach, id=str(plan.id)) for _ in range(20)]
    changes = [api.run(SEND_BRIEFLY, plan.patient, logs=[plan.log(day)]) for day in range(1, 21)]
    await asyncio.gather(*reads, *changes)
    chain = await verified(database, plan.gym.id)
    assert (chain.entries, chain.broken_at, chain.breaks) == (before + 40, [], 0)
    last = (await trail(api, plan))[-1]
    assert (last["position"], last["hash"]) == (chain.entries, chain.last_hash)


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET types = '{Other}'", "DELETE FROM audit_entries"])
async def test_entries_cannot_be_changed_and_a_changed_chain_is_found(
    api: Api, plan: Enrolled, database: Database, owner: Pool, change: str
) -> None:
    """A trigger refuses changes to everybody; where it was disabled, verifying names the first changed entry."""
    for _ in range(3):
        await api.run(READ, plan.gym.coach, id=str(plan.id))
    chain = await verified(database, plan.gym.id)
    changed = f"{change} WHERE organization_id = '{plan.gym.id}' AND position = {chain.entries - 1}"
    with pytest.raises(asyncpg.RestrictViolationError, match="never changed"):
        await owner.execute(changed)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.append(changed)
    await owner.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_unchanged")
    await owner.execute(changed)
    await owner.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_unchanged")
    broken = await verified(database, plan.gym.id)
    assert (broken.broken_at, broken.breaks) == ([chain.entries if "DELETE" in change else chain.entries - 1], 1)


async def test_all_breaks_of_a_chain_are_counted_and_the_first_ones_named(
    api: Api, plan: Enrolled, database: Database, owner: Pool
) -> None:
    """Of 25 entries that were changed, 20 are named by their positions."""
    for _ in range(26):
        await api.run(READ, plan.gym.coach, id=str(plan.id))
    chain = await verified(database, plan.gym.id)
    first = chain.entries - 24
    await owner.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_unchanged")
    await owner.execute(
        "UPDATE audit_entries SET types = '{Other}' WHERE organization_id = $1 AND position >= $2", plan.gym.id, first
    )
    await owner.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_unchanged")
    broken = await verified(database, plan.gym.id)
    assert (broken.broken_at, broken.breaks) == ([*range(first, first + 20)], 25)


async def test_pending_rows_do_not_outlive_their_transaction(plan: Enrolled, owner: Pool) -> None:
    """Nothing waits in `audit_pending` once the transactions have ended."""
    assert await owner.fetchval("SELECT count(*) FROM audit_pending") == 0
    assert await owner.fetchval("SELECT count(*) FROM audit_entries WHERE organization_id = $1", plan.gym.id) > 0


async def test_the_statements_of_a_page_do_not_depend_on_its_size(api: Api, plan: Enrolled, counter: Counter) -> None:
    """A page of one entry is read by as many statements as one of nine."""
    variables = {"organization": str(plan.gym.id), "patient": str(plan.patient.id), "first": 100}
    counts = []
    for more in (1, 8):
        for _ in range(more):
            await api.run(READ, plan.gym.coach, id=str(plan.id))
        with counter.counting() as statements:
            found = await counter.api.run(TRAIL, plan.gym.owner, **variables)
        read = [each for each in found["organization"]["auditTrail"]["nodes"] if each["action"] == "READ"]
        counts.append((len(statements), len(read)))
    assert counts == [(counts[0][0], 1), (counts[0][0], 9)]

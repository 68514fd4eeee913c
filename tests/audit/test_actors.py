"""Actors of entries are told apart, for ever; an entry that was given to somebody else is found."""

from typing import Any  # JSON of answers

import asyncpg
import pytest

from kinegraph.audit import store
from kinegraph.kit.database import Database
from tests.conftest import Api, Person, World
from tests.identity.rows import Pool
from tests.logbook.documents import SEND_BRIEFLY, Enrolled, enrolled
from tests.process.running import environment, run

TRAIL = """query ($organization: ID!, $patient: ID!) { organization(id: $organization) {
  auditTrail(patientId: $patient, first: 100) { nodes {
    action actorKind actorPseudonym actor { id name email } id
  } }
} }"""
READ = "query ($id: ID!) { node(id: $id) { ... on Enrollment { startsOn } } }"
PSEUDONYM = "SELECT pseudonym FROM audit_pseudonyms WHERE user_id = $1"


@pytest.fixture
async def plan(owner: Pool, world: World) -> Enrolled:
    """A patient in a plan."""
    return await enrolled(owner, world)


async def reads(api: Api, plan: Enrolled) -> list[dict[str, Any]]:
    """The entries of reads of the patient's data, the latest first."""
    variables = {"organization": str(plan.gym.id), "patient": str(plan.patient.id)}
    data = await api.run(TRAIL, plan.gym.owner, **variables)
    return [each for each in data["organization"]["auditTrail"]["nodes"] if each["action"] == "READ"]


async def wrong(database: Database) -> list[str]:
    """The users whose pseudonym is not theirs, or who have none."""
    async with database.read(store.act_as_auditor) as session:
        return [str(id) for ids in await store.wrong_pseudonyms(session) for id in ids]


async def test_members_former_members_erased_people_and_operators_are_told_apart(
    api: Api, plan: Enrolled, owner: Pool, world: World
) -> None:
    """Somebody who left keeps their name, an erased person their pseudonym; an operator by SQL has neither."""
    leaver = await world.join(plan.gym.id, "coach")
    erased = await world.join(plan.gym.id, "coach")
    pseudonyms = {each.id: str(await owner.fetchval(PSEUDONYM, each.id)) for each in (plan.gym.coach, leaver, erased)}
    for person in (plan.gym.coach, leaver, erased, erased):
        await api.run(READ, person, id=str(plan.id))
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", leaver.id)
    await owner.execute("DELETE FROM users WHERE id = $1", erased.id)
    operator = "SELECT kinegraph_audit_reads(NULL, ARRAY[$1::uuid], ARRAY[$2::uuid], '{Patient}')"
    await owner.execute(operator, plan.gym.id, plan.patient.id)
    found = [(each["actorKind"], each["actorPseudonym"], each["actor"]) for each in await reads(api, plan)]

    def shown(person: Person, name: str, email: str | None) -> dict[str, Any]:
        return {"id": str(person.id), "name": name, "email": email}

    names = {each.id: await owner.fetchval("SELECT name FROM users WHERE id = $1", each.id) for each in
             (plan.gym.coach, leaver)}  # fmt: skip
    assert found == [
        ("OPERATOR", None, None),
        ("ERASED", pseudonyms[erased.id], None),
        ("ERASED", pseudonyms[erased.id], None),
        ("FORMER_MEMBER", pseudonyms[leaver.id], shown(leaver, names[leaver.id], None)),
        ("MEMBER", pseudonyms[plan.gym.coach.id],
         shown(plan.gym.coach, names[plan.gym.coach.id], plan.gym.coach.email)),
    ]  # fmt: skip


async def test_pseudonyms_that_were_swapped_are_found(
    plan: Enrolled, owner: Pool, database: Database, database_url: str
) -> None:
    """A trigger refuses it; where it was disabled, `privacy verify` names both users and exits with 1."""
    people = sorted([plan.gym.coach.id, plan.gym.owner.id])
    swap = """
        UPDATE audit_pseudonyms p SET (salt, pseudonym) = (
            SELECT o.salt, o.pseudonym FROM audit_pseudonyms o WHERE o.user_id = ANY ($1) AND o.user_id <> p.user_id
        ) WHERE p.user_id = ANY ($1)
    """
    with pytest.raises(asyncpg.RestrictViolationError, match="audit_pseudonyms are never changed"):
        await owner.execute(swap, people)
    assert await wrong(database) == []
    for statement in ("DELETE FROM audit_pseudonyms", "UPDATE audit_pseudonyms SET salt = salt"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.append(statement)
    rows = await owner.fetch("SELECT user_id, salt, pseudonym FROM audit_pseudonyms WHERE user_id = ANY ($1)", people)
    put = "UPDATE audit_pseudonyms SET (salt, pseudonym) = ROW ($2, $3) WHERE user_id = $1"
    last, first = rows
    await owner.execute("ALTER TABLE audit_pseudonyms DISABLE TRIGGER audit_pseudonyms_unchanged")
    try:
        await owner.execute(put, first.user_id, b"0" * 16, plan.id)
        await owner.execute(put, last.user_id, first.salt, first.pseudonym)
        await owner.execute(put, first.user_id, last.salt, last.pseudonym)
        assert await wrong(database) == [str(id) for id in people]
        done = run("privacy", "verify", env=environment(database_url))
        named = (
            f"The pseudonym is not that of user {people[0]}, {people[1]}: their entries may be those of somebody else."
        )
        assert (done.returncode, done.stdout.splitlines()[-1]) == (1, named)
    finally:
        for row in (last, first):
            await owner.execute(put, row.user_id, b"0" * 16, row.user_id)
        for row in (last, first):
            await owner.execute(put, row.user_id, row.salt, row.pseudonym)
        await owner.execute("ALTER TABLE audit_pseudonyms ENABLE TRIGGER audit_pseudonyms_unchanged")
    assert await wrong(database) == []


async def test_nothing_is_read_or_changed_that_a_deleted_pseudonym_would_hide(
    api: Api, plan: Enrolled, owner: Pool, database: Database, database_url: str
) -> None:
    """A trigger refuses to delete one; where it was disabled, requests fail, and `privacy verify` names the user."""
    delete = "DELETE FROM audit_pseudonyms WHERE user_id = $1"
    entries = "SELECT count(*) FROM audit_entries WHERE organization_id = $1"
    for person in (plan.patient, plan.gym.coach):
        with pytest.raises(asyncpg.RestrictViolationError, match="audit_pseudonyms are never changed"):
            await owner.execute(delete, person.id)
        stored = await owner.fetchrow("SELECT * FROM audit_pseudonyms WHERE user_id = $1", person.id)
        before = await owner.fetchval(entries, plan.gym.id)
        await owner.execute("ALTER TABLE audit_pseudonyms DISABLE TRIGGER USER")
        try:
            await owner.execute(delete, person.id)
            read = await api.post(READ, plan.gym.coach, id=str(plan.id))
            log = plan.log(1, enrollmentId=str(plan.id))
            changed = await api.post(SEND_BRIEFLY, plan.gym.coach, logs=[log])
            assert await wrong(database) == [str(person.id)]
            done = run("privacy", "verify", env=environment(database_url))
        finally:
            await owner.execute("INSERT INTO audit_pseudonyms VALUES ($1, $2, $3)", *stored.values())
            await owner.execute("ALTER TABLE audit_pseudonyms ENABLE TRIGGER USER")
        for answer in (read, changed):
            assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INTERNAL"], answer.text
        assert await owner.fetchval(entries, plan.gym.id) == before
        named = f"No pseudonym has user {person.id}: "
        named += "somebody deleted it, and their entries look like those of an erased person."
        assert (done.returncode, done.stdout.splitlines()[-1]) == (1, named)
    assert await wrong(database) == []

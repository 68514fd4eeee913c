"""Helpers of the tenancy tests: an organization with a row in every table, and a checksum of the stored rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias  # Any: values of columns
from uuid import UUID

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization
from tests.identity.rows_treatment import treat
from tests.rooms import WHERE, Growth, grow_rooms, merged
from tests.servers import written_rows

Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""

AUDIT = {"audit_entries", "audit_pending", "audit_pseudonyms"}


async def insert(owner: Pool, table: str, **values: Any) -> UUID:
    """Store a row past row-level security."""
    parameters = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({parameters}) RETURNING id"
    id: UUID = await owner.fetchval(statement, *values.values())
    return id


async def attach(owner: Pool, organization: Organization, comment: UUID) -> UUID:
    """An attachment of a comment."""
    return await insert(
        owner,
        "attachments",
        organization_id=organization.id,
        owner_type="exercise_comment",
        owner_id=comment,
        url="key",
        mime="image/png",
        kind="image",
        uploaded_by=organization.coach.id,
    )


async def assign(owner: Pool, organization: Organization, workout: UUID, snapshot: UUID) -> UUID:
    """An assignment that has its snapshot."""
    id: UUID = await owner.fetchval(
        """
        INSERT INTO workout_assignments
            (organization_id, workout_id, snapshot_workout_id, athlete_id, assigned_by_id, scheduled_for)
        VALUES ($1, $2, $3, $4, $5, '2026-03-01')
        RETURNING id
        """,
        organization.id,
        workout,
        snapshot,
        organization.member.id,
        organization.coach.id,
    )
    return id


async def override_warning(owner: Pool, organization: Organization, workout: UUID, **places: UUID) -> UUID:
    """An overridden warning of a movement."""
    return await insert(
        owner,
        "safety_overrides",
        organization_id=organization.id,
        workout_id=workout,
        condition="wrist_pain",
        reason="supervised",
        athlete_id=organization.member.id,
        created_by_user_id=organization.coach.id,
        expires_at=datetime.now(UTC) + timedelta(days=1),
        **places,
    )


async def achieve(
    owner: Pool, organization: Organization, assignment: UUID, movement: UUID, exercise: UUID
) -> dict[str, UUID]:
    """The result of the member's assignment, with a set and the submission that made them."""
    ours = {"organization_id": organization.id, "athlete_id": organization.member.id}
    by = {"assignment_id": assignment, "updated_by_user_id": organization.coach.id}
    result = await insert(owner, "assignment_results", **ours, **by, scoring="none", performed_on=date(2026, 3, 1))
    of = {**ours, "result_id": result}
    lifted = {"movement_id": movement, "exercise_id": exercise, "sort_order": 0, "number": 1, "reps": 5}
    sent = {"client_id": "ours", "content_hash": "hash", "content": "{}", "recorded_by_user_id": organization.coach.id}
    return {
        "result": result,
        "result_set": await insert(owner, "result_sets", **of, **lifted),
        "submission": await insert(owner, "result_submissions", **of, **sent),
        "steps": await insert(owner, "load_steps", **ours, kilograms=1, pounds=2),
    }


async def prescribe(pool: Pool, organization: Organization, exercise: UUID) -> dict[str, UUID]:
    """A treatment plan with a session of one exercise, and a version of it, which is stored in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        return await _published(connection, organization, exercise)


async def _published(owner: Pool, organization: Organization, exercise: UUID) -> dict[str, UUID]:
    """A treatment plan with a session of one exercise, and a version of it."""
    ours = {"organization_id": organization.id}
    plan = await insert(owner, "treatment_plans", **ours, author_id=organization.coach.id, title="Ours", weeks=8)
    day = {"week": 1, "day": 1, "sort_order": 0}
    session = await insert(owner, "treatment_plan_sessions", **ours, plan_id=plan, **day)
    prescribed = {"exercise_id": exercise, "sort_order": 0, "sets": 3}
    working = await insert(owner, "treatment_plan_session_exercises", **ours, session_id=session, **prescribed)
    published = {"number": 1, "title": "Ours", "weeks": 8, "published_by_id": organization.coach.id}
    version = await insert(owner, "plan_versions", **ours, plan_id=plan, **published)
    of = {**ours, "version_id": version}
    frozen = await insert(owner, "plan_version_sessions", **of, source_id=session, **day)
    source = {"session_id": frozen, "source_id": working, "per_side": False, "content_hash": ""}
    exercised = await insert(owner, "plan_version_exercises", **of, **source, **prescribed)
    return {
        "plan": plan,
        "plan_session": session,
        "plan_exercise": working,
        "plan_version": version,
        "plan_version_session": frozen,
        "plan_version_exercise": exercised,
    }


async def announce(owner: Pool, organization: Organization) -> UUID:
    """An upload of the coach's that waits to be used."""
    return await insert(
        owner,
        "uploads",
        organization_id=organization.id,
        user_id=organization.coach.id,
        purpose="comment_attachment",
        key="key",
        mime="image/png",
        size_bytes=1,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


async def describe(owner: Pool, organization: Organization, exercise: UUID) -> dict[str, UUID]:
    """Terms of the organization's own, and child rows of its exercise."""
    ours = {"organization_id": organization.id}
    term = {**ours, "name": "Ours", "identity": "ours", "slug": "ours"}
    category = await insert(owner, "exercise_categories", **term)
    other = {**term, "identity": "below", "slug": "below"}
    below = {**other, "parent_id": category, "parent_organization_id": organization.id}
    hanging = {**ours, "exercise_id": exercise}
    tag = {**hanging, "kind": "category", "term_id": category, "term_organization_id": organization.id}
    instruction = {"type": "step", "body": "Ours", "sort_order": 0}
    profile = {"fatigue_score": 3, "minimum_recovery": 24}
    against = {"condition": "ours", "condition_key": "ours", "severity": "absolute", "sort_order": 0}
    return {
        "category": category,
        "subcategory": await insert(owner, "exercise_categories", **below),
        "region": await insert(owner, "exercise_body_regions", **term, body_area="Ours"),
        "equipment": await insert(owner, "exercise_equipment", **term),
        "tag": await insert(owner, "exercise_tags", **tag),
        "instruction": await insert(owner, "exercise_instructions", **hanging, **instruction),
        "contraindication": await insert(owner, "exercise_contraindications", **hanging, **against),
        "profile": await insert(owner, "exercise_programming_profiles", **hanging, **profile),
        "safety": await insert(owner, "exercise_safety_constraints", **hanging, avoid_if=["ours"]),
        "restriction": await insert(
            owner, "safety_restrictions", **hanging, condition="knee_pain", severity="absolute"
        ),
    }


async def fill(owner: Pool, organization: Organization) -> dict[str, str]:
    """Give an organization a row in every table that has organization_id. Returns the rows' ids by what they are."""
    ours = {"organization_id": organization.id}
    canonical = await owner.fetchval("SELECT id FROM exercises WHERE slug = 'back-squat'")
    exercise = await insert(owner, "exercises", **ours, name="Own", slug=f"own-{organization.slug}")
    draft = await insert(owner, "exercises", **ours, name="Own draft", status="draft", forked_from_id=canonical)
    override = await insert(
        owner, "exercise_org_overrides", **ours, exercise_id=canonical, overrides='{"name": "As we call it"}'
    )
    program = await insert(owner, "programs", **ours, name="Track")
    author = {"author_id": organization.coach.id}
    workout = await insert(owner, "workouts", **ours, **author, program_id=program, title="Ours")
    snapshot = await insert(owner, "workouts", **ours, **author, is_snapshot=True, forked_from_id=workout)
    section = await insert(owner, "workout_sections", **ours, workout_id=workout)
    movement = await insert(owner, "workout_movements", **ours, section_id=section, exercise_id=exercise)
    on = {"workout_movement_id": movement, **author, "by_staff": True}
    comment = await insert(owner, "exercise_comments", **ours, **on, body="Ours")
    reply = await insert(owner, "exercise_comments", **ours, **on, body="Ours too", parent_comment_id=comment)
    attachment = await attach(owner, organization, comment)
    assignment = await assign(owner, organization, workout, snapshot)
    upload = await announce(owner, organization)
    warning = await override_warning(owner, organization, workout, movement_id=movement, exercise_id=exercise)
    made = {
        "organization": organization.id,
        "canonical": canonical,
        "exercise": exercise,
        "draft": draft,
        "override": override,
        **await describe(owner, organization, exercise),
        "program": program,
        "workout": workout,
        "snapshot": snapshot,
        "section": section,
        "movement": movement,
        "comment": comment,
        "reply": reply,
        "attachment": attachment,
        "assignment": assignment,
        "upload": upload,
        "safety_override": warning,
        **await achieve(owner, organization, assignment, movement, exercise),
        **await prescribe(owner, organization, exercise),
        "athlete": organization.member.id,
    }
    await treat(owner, organization, exercise)
    made |= await declared_rows(owner, organization)
    return {name: str(id) for name, id in made.items()}


async def declared_rows(owner: Pool, organization: Organization) -> dict[str, UUID]:
    """Store the rows that rooms declare. Returns the newest id of each of their tables, by the name of the row."""
    await grow_rooms(Growth(owner, organization, organization.member, 1))
    found = {}
    for table, name in merged("tables").items():
        if name is not None:
            newest = f"SELECT id FROM {table} WHERE organization_id = $1 ORDER BY id DESC LIMIT 1"
            found[name] = await owner.fetchval(newest, organization.id)
    missing = [name for name, id in found.items() if id is None]
    assert not missing, f"there is no {missing}; `grow` stores rows in each of `tables`: {WHERE}"
    return found


async def stored(owner: Pool, organization: Organization | None = None) -> dict[str, str]:
    """The rows of every table, or of an organization's in it: the same again means that nothing was written.

    The audit trail is left out: reading what one may read adds to it, also in a mutation that is refused afterwards.
    While no transaction has written anything, PostgreSQL's snapshot is the same, and so is what was found before.
    """
    key = (owner, organization and organization.id, await owner.fetchval("SELECT pg_current_snapshot()::text"))
    if _found.get("key") != key:
        _found.update(key=key, rows=await _stored(owner, organization))
    rows: dict[str, str] = _found["rows"]
    return rows


_found: dict[str, Any] = {}
"""What `stored` found last, and for which arguments and snapshot."""


async def _stored(owner: Pool, organization: Organization | None) -> dict[str, str]:
    of_organizations = "" if organization is None else "AND NOT relispartition AND a.attname IS NOT NULL"
    tables = await owner.fetch(
        f"""
        SELECT relname FROM pg_class c
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace {of_organizations}
        """
    )
    names = sorted({row.relname for row in tables} - AUDIT)
    condition = "true" if organization is None else f"organization_id = '{organization.id}'"
    return {row.name: row.rows for row in await owner.fetch(written_rows(names, condition))}

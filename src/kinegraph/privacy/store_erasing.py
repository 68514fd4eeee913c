"""Erasing a person, in one transaction of the owner of the tables."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules_personal import Handling
from kinegraph.kit.sessions import WriteSession
from kinegraph.media.rules_files import staged_key
from kinegraph.privacy.rules import ERASED_NAME, ERASED_USER, PERSONAL
from kinegraph.privacy.rules_erased import Erased
from kinegraph.privacy.rules_indirect import IN_JSON
from kinegraph.privacy.store import IN_OTHERS, OWN, STATISTICS, tables, with_column
from kinegraph.privacy.store_comments import erase_comments


async def erase(session: WriteSession, user_id: UUID) -> Erased:
    """Erase a person from every table. The caller deletes the files before the transaction is committed."""
    erased = Erased(ids={user_id})
    await session.run("SELECT FROM users WHERE id = $1 FOR UPDATE", user_id)
    await session.run(
        "INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", ERASED_USER, ERASED_NAME
    )
    await _add_totals(session, user_id)
    await _gather_ids(session, user_id, erased)
    for each in IN_OTHERS:
        value = None if each.handling is Handling.CLEAR else ERASED_USER
        await session.run(f"UPDATE {each.table} SET {each.column} = $2 WHERE {each.column} = $1", user_id, value)
    await _replace_in_json(session, user_id)
    snapshots = await _snapshots(session, user_id)
    await erase_comments(session, user_id, snapshots, erased)
    await _erase_uploads(session, user_id, erased)
    await _erase_documents(session, user_id, erased)
    for each in PERSONAL:
        if each.handling is Handling.DELETE and each.table != "audit_pseudonyms":
            erased.count(each.table, await _delete(session, each.table, f"{each.column} = $1", user_id))
        if each.table == "assignment_results" and each.handling is Handling.DELETE:
            await _erase_assignments(session, user_id, snapshots, erased)
    await session.run("SET CONSTRAINTS ALL IMMEDIATE")  # the triggers of the end record what was done until here
    await _erase_traces(session, erased)
    erased.count("audit_pseudonyms", await _delete(session, "audit_pseudonyms", "user_id = $1", user_id))
    erased.count("users", await _delete(session, "users", "id = $1", user_id))
    await _erase_traces(session, erased)
    return erased


async def renew_statistics(session: WriteSession) -> None:
    """Renew PostgreSQL's statistics of all tables: they have values of rows until then, also of deleted ones.

    They are cleared first, since ANALYZE leaves those of a table that is empty now.
    """
    await session.fetch(
        f"""
        SELECT pg_clear_attribute_stats(s.schemaname, s.tablename, s.attname, s.inherited)
        FROM {STATISTICS} s
        WHERE s.schemaname = current_schema()
        """
    )
    await session.run(f"ANALYZE {', '.join(await tables(session))}")


async def _delete(session: WriteSession, table: str, condition: str, key: UUID | Sequence[UUID]) -> int:
    return await session.run(f"DELETE FROM {table} WHERE {condition}", key)


async def _add_totals(session: WriteSession, user_id: UUID) -> None:
    """Add what was due until today, done and logged to the totals of each organization and exercise."""
    await session.run(
        """
        INSERT INTO erased_totals AS known (organization_id, exercise_id, patients, prescribed, completed, logs)
        SELECT t.organization_id, t.exercise_id, 1, sum(coalesce(t.prescribed[place.last], 0)),
               sum(coalesce(t.completed[place.last], 0)), sum(coalesce(t.logs[place.last], 0))
        FROM adherence_totals t
        CROSS JOIN LATERAL (SELECT width_bucket(current_date, t.days) AS last) AS place
        WHERE t.patient_id = $1
        GROUP BY t.organization_id, t.exercise_id
        ON CONFLICT (organization_id, exercise_id) DO UPDATE
        SET (patients, prescribed, completed, logs) = ROW (
            known.patients + 1, known.prescribed + excluded.prescribed, known.completed + excluded.completed,
            known.logs + excluded.logs
        )
        """,
        user_id,
    )


async def _replace_in_json(session: WriteSession, user_id: UUID) -> None:
    """Put the erased user in the place of the person in suggestions of videos and beside overridden values."""
    for table, column in (name.split(".") for name in IN_JSON):
        await session.run(
            f"""
            UPDATE {table} SET {column} = replace({column}::text, $1, $2)::jsonb
            WHERE strpos({column}::text, $1) > 0
            """,
            str(user_id),
            str(ERASED_USER),
        )


async def _gather_ids(session: WriteSession, user_id: UUID, erased: Erased) -> None:
    """The ids of the person's rows, by which events, facts and jobs about them are found."""
    identified = await with_column(session, "id")
    for each in PERSONAL:
        if each in OWN and each.table in identified and each.column != "parent_author_id":
            rows = await session.fetch(f"SELECT t.id FROM {each.table} t WHERE t.{each.column} = $1", user_id)
            erased.ids.update(row.id for row in rows)


async def _snapshots(session: WriteSession, user_id: UUID) -> list[UUID]:
    """The snapshots that are of the person's assignments alone."""
    rows = await session.fetch(
        """
        SELECT DISTINCT a.snapshot_workout_id AS id
        FROM workout_assignments a
        WHERE a.athlete_id = $1 AND a.snapshot_workout_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM workout_assignments other
                          WHERE other.snapshot_workout_id = a.snapshot_workout_id AND other.athlete_id <> $1)
        """,
        user_id,
    )
    return [row.id for row in rows]


async def _erase_uploads(session: WriteSession, user_id: UUID, erased: Erased) -> None:
    """Erase what was announced to be uploaded, with the staged files."""
    rows = await session.fetch("DELETE FROM uploads WHERE user_id = $1 RETURNING id, key", user_id)
    erased.count("uploads", len(rows))
    erased.files += [staged_key(row.id, row.key) for row in rows]


async def _erase_documents(session: WriteSession, user_id: UUID, erased: Erased) -> None:
    """Erase the documents that the person alone has registered: somebody may have written values into them."""
    rows = await session.fetch(
        """
        DELETE FROM persisted_documents d
        WHERE d.hash IN (SELECT r.hash FROM document_registrations r WHERE r.user_id = $1)
          AND NOT EXISTS (SELECT FROM document_registrations r WHERE r.hash = d.hash AND r.user_id <> $1)
          AND NOT EXISTS (SELECT FROM trusted_documents t WHERE t.hash = d.hash)
        RETURNING d.hash
        """,
        user_id,
    )
    erased.documents = [row.hash for row in rows]
    erased.count("persisted_documents", len(rows))


async def _erase_assignments(session: WriteSession, user_id: UUID, snapshots: Sequence[UUID], erased: Erased) -> None:
    """Erase the person's assignments and their snapshots."""
    erased.count("workout_assignments", await _delete(session, "workout_assignments", "athlete_id = $1", user_id))
    erased.count("workouts", await _delete(session, "workouts", "id = ANY ($1)", snapshots))
    erased.ids.update(snapshots)


async def _erase_traces(session: WriteSession, erased: Erased) -> None:
    """Erase events, facts and jobs about what was erased, and all stored answers: nobody knows whom they show."""
    ids = list(erased.ids)
    names = "EXISTS (SELECT FROM jsonb_path_query({column}, '$.**') AS v WHERE v #>> '{{}}' = ANY ($1))"
    texts = [str(id) for id in ids]
    erased.count(
        "events", await session.run("DELETE FROM events WHERE object_id = ANY ($1) OR topic_id = ANY ($1)", ids)
    )
    erased.count("sync_contents", await _delete(session, "sync_contents", "object_id = ANY ($1)", ids))
    for table, column in (("outbox", "payload"), ("jobs", "arguments")):
        erased.count(table, await session.run(f"DELETE FROM {table} WHERE {names.format(column=column)}", texts))
    await session.run("UPDATE idempotency_keys SET answer = NULL WHERE answer IS NOT NULL")

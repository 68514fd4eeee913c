"""Reading one scope's exercises with their child rows, and locking them."""

from collections.abc import Sequence
from typing import Any  # values of an entry's fields
from uuid import UUID

from kinegraph.canonical.store import act_as_curator
from kinegraph.exchange.rules import ExchangeError, NameRow, StoredRow
from kinegraph.exchange.rules_fields import TERMS
from kinegraph.exercise.rules_columns import EXCHANGED
from kinegraph.formats.records import quoted
from kinegraph.identity.store_operator import act_as_operator, drop_operator, organizations_by_slug
from kinegraph.kit.checks import character_fault
from kinegraph.kit.sessions import Authenticate, ReadSession, WriteSession
from kinegraph.taxonomy.store import TERMS as TERM_ROWS
from kinegraph.video.rules import NO_VIDEO

Scope = UUID | None
"""The organization whose own rows are imported or exported; None for the canonical rows."""

WITH_CHILD_ROWS = f"""
    SELECT e.id, e.import_key, e.seed_hash, e.video_locked_by_user_id,
           {", ".join(f"e.{name}" for name in {**dict.fromkeys(EXCHANGED), **NO_VIDEO})},
           (SELECT coalesce(jsonb_agg(jsonb_build_object('type', type, 'body', body, 'image_key', image_key,
                                                         'image_mime', image_mime) ORDER BY sort_order, id), '[]')
            FROM exercise_instructions WHERE exercise_id = e.id) AS instructions,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('condition', condition, 'severity', severity,
                                                         'description', description) ORDER BY sort_order, id), '[]')
            FROM exercise_contraindications WHERE exercise_id = e.id) AS contraindications,
           (SELECT fatigue_score FROM exercise_programming_profiles WHERE exercise_id = e.id) AS fatigue_score,
           (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(term.kind, term.slug)), '[]')
            FROM exercise_tags tag
            JOIN ({TERM_ROWS}) AS term ON term.id = tag.term_id AND term.kind = tag.kind
            WHERE tag.exercise_id = e.id) AS terms
    FROM exercises e"""
"""SELECT of exercises with all fields that a file may set."""


def authenticate(slug: str | None) -> Authenticate[Scope]:
    """The authentication of a transaction of the command line for one scope, which is the session's viewer.

    It raises ExchangeError for an unknown slug.
    """

    async def set_scope(session: ReadSession) -> Scope:
        # An import, or a slow reader of an export, may take longer than a request.
        await session.fetch("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
        if slug is None:
            await act_as_curator(session)
            return None
        await act_as_operator(session)
        found = [] if character_fault(slug) else await organizations_by_slug(session, [slug])
        await drop_operator(session)
        organization = next(iter(found), None)
        if organization is None:
            raise ExchangeError(f"There is no organization with the slug {quoted(slug)}.")
        await session.fetch(
            "SELECT set_config('kinegraph.organizations', $1, true), set_config('kinegraph.coached', $1, true)",
            f"{{{organization.id}}}",
        )
        return organization.id

    return set_scope


async def lock(
    session: WriteSession, scope: Scope, keys: Sequence[str], ids: Sequence[UUID], slugs: Sequence[str]
) -> None:
    """Lock the scope against other imports, and the rows that this import may write, until the transaction ends.

    Rows that refer to these, such as movements, can be inserted meanwhile.
    """
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"exchange {scope}")
    await session.fetch(f"SELECT id {_EXISTING} ORDER BY id FOR NO KEY UPDATE", scope, keys, ids, slugs)


async def existing_rows(
    session: ReadSession, scope: Scope, keys: Sequence[str], ids: Sequence[UUID], slugs: Sequence[str]
) -> list[StoredRow]:
    """The scope's rows with one of these import keys, ids or slugs."""
    return await session.fetch(f"{WITH_CHILD_ROWS} WHERE e.id IN (SELECT id {_EXISTING})", scope, keys, ids, slugs)


_EXISTING = """
    FROM exercises
    WHERE organization_id IS NOT DISTINCT FROM $1 AND deleted_at IS NULL
      AND (import_key = ANY ($2) OR id = ANY ($3) OR slug = ANY ($4))"""


async def names(session: ReadSession, scope: Scope) -> list[NameRow]:
    """The names of every row that the scope sees, its own first."""
    return await session.fetch(
        """
        SELECT id, name, slug, organization_id IS NOT DISTINCT FROM $1 AS is_own
        FROM exercises
        WHERE deleted_at IS NULL AND (organization_id IS NULL OR organization_id = $1)
        ORDER BY organization_id IS NULL, id
        """,
        scope,
    )


async def canonical_slugs(session: ReadSession, slugs: Sequence[str]) -> dict[str, UUID]:
    """The ids of the canonical rows that have these slugs, deleted ones included, by slug."""
    rows = await session.fetch(
        "SELECT slug, id FROM exercises WHERE organization_id IS NULL AND slug = ANY ($1)", slugs
    )
    return {row.slug: row.id for row in rows}


async def page(session: ReadSession, scope: Scope, after: tuple[str, UUID], max_rows: int) -> list[StoredRow]:
    """The scope's rows that are not deleted, by name and id: those after this name and id, at most `max_rows`."""
    return await session.fetch(
        f"""
        {WITH_CHILD_ROWS}
        WHERE e.organization_id IS NOT DISTINCT FROM $1 AND e.deleted_at IS NULL
          AND (e.name COLLATE "C", e.id) > ($2, $3)
        ORDER BY e.name COLLATE "C", e.id
        LIMIT $4
        """,
        scope,
        *after,
        max_rows,
    )


def content_of(row: StoredRow) -> dict[str, Any]:
    """The content of a stored row: the values of all fields that a file may set."""
    named = {name: sorted(slug for kind, slug in row.terms if kind == taxonomy) for name, taxonomy in TERMS.items()}
    instructions = [{"type": each["type"], "body": each["body"]} for each in row.instructions]
    return {
        **{name: getattr(row, name) for name in (*EXCHANGED, "contraindications", "fatigue_score")},
        **named,
        "instructions": instructions,
    }

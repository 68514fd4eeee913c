"""Telemetry in PostgreSQL: batches by one statement each, and what is read, from the sums of sessions."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any  # values of columns; the worker's session has no viewer
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.telemetry.rules import Batch, BatchKind, ClientIdReused, WatchPeriod
from kinegraph.telemetry.rules_media import WatchFigures
from kinegraph.telemetry.rules_pose import PoseSessionRow, PoseSpanRow

TABLES: Mapping[BatchKind, str] = {
    BatchKind.MEDIA: "media_events",
    BatchKind.POSE: "pose_frames",
    BatchKind.ERRORS: "playback_errors",
}
OF_USER = (*TABLES.values(), "media_sessions", "pose_sessions", "telemetry_batches")
"""All tables that have rows of a user, by `user_id` and `organization_id`."""

_PLACE = {"session_id": "uuid", "exercise_id": "uuid", "plan_exercise_id": "uuid", "occurred_at": "timestamptz"}
_VIDEO = {
    "position_seconds": "real",
    "player": "text",
    "network": "text",
    "video_provider": "text",
    "video_hash": "bytea",
}
COLUMNS: Mapping[BatchKind, Mapping[str, str]] = {
    BatchKind.MEDIA: {
        **_PLACE,
        **_VIDEO,
        "kind": "text",
        "watched_seconds": "real",
        "buffered_seconds": "real",
        "milestone_percent": "smallint",
    },
    BatchKind.POSE: {
        **_PLACE,
        "enrollment_id": "uuid",
        "timestamp_ms": "integer",
        "landmarks": "bytea",
        "accuracy": "real",
        "reps": "integer",
        "rom_degrees": "real",
        "feedback": "text",
    },
    BatchKind.ERRORS: {**_PLACE, **_VIDEO, "code": "text", "message": "text", "is_fatal": "boolean"},
}
"""The columns that are written, with their types."""

_FOLDER = files("kinegraph.telemetry")
SUMS: Mapping[BatchKind, str] = {
    BatchKind.MEDIA: (_FOLDER / "media_sums.sql").read_text(),
    BatchKind.POSE: (_FOLDER / "pose_sums.sql").read_text(),
    BatchKind.ERRORS: "",
}
"""The common table expressions that add the entries of a batch, `sent`, to the sums of their sessions."""

WATCHED = (_FOLDER / "watched.sql").read_text()
"""The figures of exercises, by one statement."""

POSE_COLUMNS = """s.id, s.organization_id, s.user_id, s.session_id, s.exercise_id, s.plan_exercise_id, s.enrollment_id,
               s.started_at, s.last_at, s.frames, s.accuracy_sum, s.accuracy_frames, s.reps, s.feedback,
               s.rom_min_degrees::numeric::float8 AS rom_min_degrees,
               s.rom_max_degrees::numeric::float8 AS rom_max_degrees"""


SHOWN = """(s.user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
               OR EXISTS (SELECT FROM patients p
                          WHERE p.organization_id = s.organization_id AND p.user_id = s.user_id
                            AND p.has_biometric_consent))"""
"""SQL condition: sums of poses s are the viewer's own, or their user consents to biometric data."""


def _appending(kind: BatchKind) -> str:
    """The statement that stores a batch: organization, user, client's id, kind, hash, and one list for each column.

    A list of texts is sent as one text with spaces between its entries: arrays of lists must be rectangular.
    """
    columns = COLUMNS[kind]
    lists = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(columns.values(), start=6))
    names = ", ".join(columns)
    values = ", ".join("string_to_array(feedback, ' ')" if name == "feedback" else name for name in columns)
    return f"""
        WITH batch AS (
            INSERT INTO telemetry_batches (organization_id, user_id, client_id, kind, content_hash)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (user_id, organization_id, client_id) DO NOTHING
            RETURNING client_id
        ), sent AS MATERIALIZED (
            SELECT {names} FROM unnest({lists}) AS entry ({names}) WHERE EXISTS (SELECT FROM batch)
        ), stored AS (
            INSERT INTO {TABLES[kind]} (organization_id, user_id, {names}) SELECT $1, $2, {values} FROM sent
        )
        {SUMS[kind]}
        SELECT client_id FROM batch
        """


def _list(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """The values of a column, as the statement takes them."""
    return [" ".join(row[name]) for row in rows] if name == "feedback" else [row[name] for row in rows]


APPENDING = {kind: _appending(kind) for kind in BatchKind}


class PostgresTelemetry:
    """Telemetry in the tables of `tables`. What a session sees of it, row-level security decides too."""

    def __init__(self, session: ReadSession[Any]) -> None:
        self._session = session

    async def append(self, batch: Batch) -> bool:
        """Store a batch of the viewer's, wholly; False where it was stored before. Raises ClientIdReused.

        Of two equal batches at once, the second waits for the first one's transaction.
        """
        key = batch.organization_id, batch.user_id, batch.client_id
        lists = [_list(batch.rows, name) for name in COLUMNS[batch.kind]]
        stored = await self._session.fetch(APPENDING[batch.kind], *key, batch.kind, batch.content_hash, *lists)
        if stored:
            return True
        before = await self._session.fetch_value(
            """
            SELECT content_hash FROM telemetry_batches
            WHERE organization_id = $1 AND user_id = $2 AND client_id = $3
            """,
            *key,
        )
        if before != batch.content_hash:
            message = "Another batch was stored with this clientId: send this one with an id of its own."
            raise ClientIdReused(message, "input", "clientId")
        return False

    async def pose_spans(self, organization_id: UUID, session_id: UUID) -> list[PoseSpanRow]:
        """The exercises and times that are stored of a session of the viewer's. Other batches of it wait for this."""
        user_id = self._session.viewer.user.id
        lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
        await self._session.fetch(lock, f"pose session {user_id} {session_id}")
        rows: list[PoseSpanRow] = await self._session.fetch(
            """
            SELECT s.exercise_id, s.started_at, s.last_at
            FROM pose_sessions s
            WHERE s.user_id = $1 AND s.organization_id = $2 AND s.session_id = $3
            """,
            user_id,
            organization_id,
            session_id,
        )
        return rows

    async def watch_statistics(
        self, keys: Sequence[tuple[UUID, UUID]], period: WatchPeriod, video_hash: bytes | None
    ) -> list[WatchFigures]:
        """The figures of each exercise in an organization, of one video of it or of all, in key order."""
        rows: list[WatchFigures] = await self._session.fetch(
            WATCHED,
            [organization for organization, _ in keys],
            [exercise for _, exercise in keys],
            int(period),
            video_hash,
        )
        return rows

    async def pose_sessions(self, ids: Sequence[UUID]) -> list[PoseSessionRow | None]:
        """Sessions in which poses were measured, in key order; None for those that the viewer does not see."""
        viewer: Viewer = self._session.viewer
        rows: list[PoseSessionRow] = await self._session.fetch(
            f"""
            SELECT {POSE_COLUMNS}
            FROM pose_sessions s
            WHERE s.id = ANY ($1) AND {SHOWN}
              AND (s.organization_id = ANY ($2) OR (s.user_id = $3 AND s.organization_id = ANY ($4)))
            """,
            ids,
            viewer.coached(),
            viewer.user.id,
            list(viewer.by_organization),
        )
        return in_key_order(rows, ids)

    async def pose_pages(self, enrollment_ids: Sequence[UUID], window: Window) -> list[Page]:
        """A page of such sessions of each visible enrollment, by their beginning."""
        sort = {"s.started_at": "timestamptz", "s.id": "uuid"}
        return await _pose_sessions(enrollment_ids).pages(self._session, window, POSE_COLUMNS, sort)

    async def pose_counts(self, enrollment_ids: Sequence[UUID]) -> list[int]:
        """The number of such sessions of each visible enrollment."""
        return await _pose_sessions(enrollment_ids).counts(self._session)

    async def erase(self, user_id: UUID, organization_id: UUID | None) -> int:
        """Delete all rows of a user, in one organization or in all. Returns how many. The worker's rights do it."""
        assert isinstance(self._session, WriteSession)
        return sum(
            [
                await self._session.run(
                    f"DELETE FROM {table} WHERE user_id = $1 AND ($2::uuid IS NULL OR organization_id = $2)",
                    user_id,
                    organization_id,
                )
                for table in OF_USER
            ]
        )


def _pose_sessions(enrollment_ids: Sequence[UUID]) -> Lists:
    return Lists("pose_sessions s", "s.enrollment_id = list.enrollment_id", SHOWN, enrollment_id=enrollment_ids)

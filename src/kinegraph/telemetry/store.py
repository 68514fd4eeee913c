"""The interface of the telemetry store, and the batch functions that read from it.

An implementation takes a request's session, of which it may use the viewer alone. It shows a row to its user and to the
coaches of its organization, to these not while the user does not consent to biometric data.
tests/telemetry/contract.py has what each implementation must do.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.telemetry.rules import Batch, WatchPeriod
from kinegraph.telemetry.rules_media import WatchFigures
from kinegraph.telemetry.rules_pose import PoseSessionRow, PoseSpanRow
from kinegraph.telemetry.store_postgres import PostgresTelemetry

ExerciseKey = tuple[UUID, UUID]
"""An organization, and an exercise."""


class TelemetryStore(Protocol):
    """The place where telemetry lies."""

    async def append(self, batch: Batch) -> bool:
        """Store a batch of the viewer's, wholly; False where it was stored before. Raises ClientIdReused."""

    async def pose_spans(self, organization_id: UUID, session_id: UUID) -> Sequence[PoseSpanRow]:
        """The exercises and times that are stored of a session of the viewer's. Other batches of it wait for this."""

    async def watch_statistics(
        self, keys: Sequence[ExerciseKey], period: WatchPeriod, video_hash: bytes | None
    ) -> Sequence[WatchFigures]:
        """The figures of each exercise in an organization, of one video of it or of all, in key order."""

    async def pose_sessions(self, ids: Sequence[UUID]) -> Sequence[PoseSessionRow | None]:
        """Sessions in which poses were measured, in key order; None for those that the viewer does not see."""

    async def pose_pages(self, enrollment_ids: Sequence[UUID], window: Window) -> Sequence[Page]:
        """A page of such sessions of each visible enrollment, by their beginning."""

    async def pose_counts(self, enrollment_ids: Sequence[UUID]) -> Sequence[int]:
        """The number of such sessions of each visible enrollment."""

    async def erase(self, user_id: UUID, organization_id: UUID | None) -> int:
        """Delete all rows of a user, in one organization or in all. Returns how many."""


def telemetry_of(session: ReadSession[Viewer] | WriteSession[Viewer]) -> TelemetryStore:
    """The telemetry that a session reads and writes."""
    return PostgresTelemetry(session)


async def watch_statistics(
    session: ReadSession[Viewer], keys: Sequence[ExerciseKey], period: WatchPeriod, video_hash: bytes | None
) -> Sequence[WatchFigures | None]:
    """The figures of each exercise, in key order; None for organizations that the viewer does not coach."""
    coached = set(session.viewer.coached())
    shown = list(dict.fromkeys(key for key in keys if key[0] in coached))
    found = await telemetry_of(session).watch_statistics(shown, period, video_hash) if shown else ()
    by_key = dict(zip(shown, found, strict=True))
    return [by_key.get(key) for key in keys]


async def pose_sessions(session: ReadSession[Viewer], ids: Sequence[UUID]) -> Sequence[PoseSessionRow | None]:
    """Sessions in which poses were measured, in key order; None for those that the viewer does not see."""
    found = await telemetry_of(session).pose_sessions(ids)
    seen(session, "PoseSession", found, "user_id")
    return found


async def pose_pages(session: ReadSession[Viewer], enrollment_ids: Sequence[UUID], window: Window) -> Sequence[Page]:
    """A page of such sessions of each visible enrollment, by their beginning."""
    found = await telemetry_of(session).pose_pages(enrollment_ids, window)
    seen(session, "PoseSession", (row for page in found for row in page.rows), "user_id")
    return found


async def pose_counts(session: ReadSession[Viewer], enrollment_ids: Sequence[UUID]) -> Sequence[int]:
    """The number of such sessions of each visible enrollment."""
    return await telemetry_of(session).pose_counts(enrollment_ids)

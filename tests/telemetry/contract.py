"""The contract of a place where telemetry lies (`telemetry.store.TelemetryStore`), to be inherited for each of them.

class TestOther(TelemetryContract):
    @pytest.fixture
    def opened(self, world): ...
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias  # values of columns
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.kit.pages import window
from kinegraph.telemetry.rules import Batch, BatchKind, ClientIdReused, WatchPeriod, hash_of
from kinegraph.telemetry.rules_pose import packed
from kinegraph.telemetry.store import TelemetryStore
from tests.conftest import Organization, Person, World

Opened: TypeAlias = Callable[[Person | None], AbstractAsyncContextManager[TelemetryStore]]
"""Opens the place for a user, or for the worker (None), who alone erases."""

EVENT: dict[str, Any] = {
    "plan_exercise_id": None,
    "position_seconds": 1.5,
    "player": "player",
    "network": "wifi",
    "video_provider": "external",
    "video_hash": b"0123456789abcdef",
    "kind": "heartbeat",
    "watched_seconds": None,
    "buffered_seconds": None,
    "milestone_percent": None,
}
FRAME: dict[str, Any] = {
    "plan_exercise_id": None,
    "enrollment_id": None,
    "timestamp_ms": 0,
    "landmarks": packed([0.5] * 132),
    "accuracy": None,
    "reps": None,
    "rom_degrees": None,
    "feedback": [],
}
CONSENT = "INSERT INTO patients (organization_id, user_id, has_biometric_consent) VALUES ($1, $2, true)"
NOW = datetime.now(UTC) - timedelta(minutes=1)


def batch_of(kind: BatchKind, clinic: Organization, person: Person, *rows: dict[str, Any], id: str = "") -> Batch:
    """A batch of rows, with an id of its own unless it is given."""
    hashed = hash_of(kind, {"rows": [{**row, "landmarks": None, "video_hash": None} for row in rows]})
    return Batch(kind, clinic.id, person.id, id or str(uuid4()), hashed, rows)


def event_of(session_id: UUID, exercise_id: str, **values: Any) -> dict[str, Any]:
    """An event."""
    place = {"session_id": session_id, "exercise_id": UUID(exercise_id), "occurred_at": NOW}
    return {**EVENT, **place, **values}


def frame_of(session_id: UUID, exercise_id: str, **values: Any) -> dict[str, Any]:
    """A frame."""
    place = {"session_id": session_id, "exercise_id": UUID(exercise_id), "occurred_at": NOW}
    return {**FRAME, **place, **values}


VIEWS = st.lists(
    st.fixed_dictionaries(
        {
            "session": st.integers(0, 3),
            "days": st.sampled_from([0, 5, 20]),
            "kind": st.sampled_from(["heartbeat", "milestone", "buffering_end"]),
            "value": st.sampled_from([25, 50, 75, 100]),
        }
    ),
    min_size=1,
    max_size=12,
)


class TelemetryContract:
    """What a place of telemetry must do."""

    @pytest.fixture
    async def clinic(self, world: World) -> Organization:
        """An organization without telemetry, whose member consents to biometric data."""
        clinic = await world.organization()
        async with world.writing_as(clinic.member) as session:
            await session.run(CONSENT, clinic.id, clinic.member.id)
        return clinic

    async def test_a_batch_is_stored_once_and_another_content_refused(
        self, opened: Opened, clinic: Organization, squat: str
    ) -> None:
        """The second time it is answered as stored before, and its id with another content is refused."""
        session = uuid4()
        first = batch_of(BatchKind.MEDIA, clinic, clinic.member, event_of(session, squat), id="one")
        other = batch_of(BatchKind.MEDIA, clinic, clinic.member, event_of(session, squat, player="x"), id="one")
        async with opened(clinic.member) as place:
            assert await place.append(first)
        async with opened(clinic.member) as place:
            assert not await place.append(first)
            with pytest.raises(ClientIdReused):
                await place.append(other)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(views=VIEWS, cuts=st.lists(st.integers(0, 11), max_size=3))
    async def test_statistics_are_those_of_a_plain_count_however_events_are_batched(
        self, opened: Opened, world: World, squat: str, views: list[dict[str, Any]], cuts: list[int]
    ) -> None:
        """Sums, milestones and the period of views equal those that a loop over the events computes."""
        clinic = await world.organization()
        sessions = [uuid4() for _ in range(4)]
        rows = [_event(each, sessions, squat) for each in views]
        bounds = sorted({0, len(rows), *(min(cut, len(rows)) for cut in cuts)})
        for start, end in pairwise(bounds):
            async with opened(clinic.member) as place:
                await place.append(batch_of(BatchKind.MEDIA, clinic, clinic.member, *rows[start:end]))
        key = clinic.id, UUID(squat)
        for period in (WatchPeriod.LAST_7_DAYS, WatchPeriod.LAST_30_DAYS):
            async with opened(clinic.coach) as place:
                (found,) = await place.watch_statistics([key], period, None)
            assert _figures(found) == _expected(rows, int(period))

    async def test_statistics_are_of_one_video_one_organization_and_in_key_order(
        self, opened: Opened, world: World, clinic: Organization, squat: str
    ) -> None:
        """Views of another video, of another organization and of another exercise do not count."""
        other, plank = await world.organization(), await world.exercise_id("plank")
        for organization, exercise, video in ((clinic, squat, b"a"), (clinic, squat, b"b"), (other, squat, b"a")):
            row = event_of(uuid4(), exercise, video_hash=video)
            async with opened(organization.member) as place:
                await place.append(batch_of(BatchKind.MEDIA, organization, organization.member, row))
        keys = [(clinic.id, UUID(plank)), (clinic.id, UUID(squat))]
        async with opened(clinic.coach) as place:
            every = await place.watch_statistics(keys, WatchPeriod.LAST_7_DAYS, None)
            one = await place.watch_statistics(keys, WatchPeriod.LAST_7_DAYS, b"a")
        assert [(found.views, found.viewers) for found in every] == [(0, 0), (2, 1)]
        assert [(found.views, found.viewers) for found in one] == [(0, 0), (1, 1)]

    async def test_frames_of_a_session_are_summed_up(
        self, opened: Opened, clinic: Organization, squat: str, enrollment: UUID
    ) -> None:
        """Accuracy is summed, repetitions are the largest count, messages are counted, over batches out of order."""
        session = uuid4()
        of = {"enrollment_id": enrollment}
        late, early = NOW, NOW - timedelta(seconds=10)
        second = [
            frame_of(session, squat, **of, occurred_at=late, reps=5, rom_degrees=95.5, feedback=["B"], accuracy=0.5)
        ]
        first = [
            frame_of(session, squat, **of, occurred_at=early, reps=1, rom_degrees=60, feedback=["A", "B"]),
            frame_of(session, squat, **of, occurred_at=early, accuracy=1.0),
        ]
        for rows in (second, first):
            async with opened(clinic.member) as place:
                assert await place.append(batch_of(BatchKind.POSE, clinic, clinic.member, *rows))
        page = window("poses", 10, None, 10, datetime, UUID)
        async with opened(clinic.coach) as place:
            (found,) = await place.pose_pages([enrollment], page)
            assert await place.pose_counts([enrollment]) == [1]
            (row,) = found.nodes
            (again,) = await place.pose_sessions([row.id])
        assert again is not None
        assert (row.frames, row.accuracy_sum, row.accuracy_frames, row.reps) == (3, 1.5, 2, 5)
        assert (row.rom_min_degrees, row.rom_max_degrees, row.feedback) == (60, 95.5, {"A": 1, "B": 2})
        assert (again.started_at, again.last_at, again.session_id) == (early, late, session)

    async def test_a_session_is_seen_by_its_user_and_coaches_alone(
        self, opened: Opened, world: World, clinic: Organization, squat: str
    ) -> None:
        """A member sees nothing of another member, and a coach of another organization nothing at all."""
        session, other = uuid4(), await world.organization()
        member = await world.join(clinic.id, "member")
        row = frame_of(session, squat, enrollment_id=None)
        async with opened(clinic.member) as place:
            await place.append(batch_of(BatchKind.POSE, clinic, clinic.member, row))
        seen = []
        id = await self.pose_id(session)
        for person in (clinic.member, clinic.coach, member, other.coach):
            async with opened(person) as place:
                (found,) = await place.pose_sessions([id])
            seen.append(found is not None)
        assert seen == [True, True, False, False]

    async def test_erasing_leaves_nothing_of_the_user_and_everything_of_others(
        self, opened: Opened, world: World, squat: str
    ) -> None:
        """In one organization, or in all; batches are forgotten too."""
        here, there = await world.organization(), await world.organization()
        await world.join(there.id, "member", here.member)
        for organization, person in ((here, here.member), (here, here.coach), (there, here.member)):
            for kind, row in (
                (BatchKind.MEDIA, event_of(uuid4(), squat)),
                (BatchKind.POSE, frame_of(uuid4(), squat)),
            ):
                async with opened(person) as place:
                    await place.append(batch_of(kind, organization, person, row))
        async with opened(None) as place:
            assert await place.erase(here.member.id, here.id) == 6
            assert await place.erase(here.member.id, None) == 6
            assert await place.erase(here.member.id, None) == 0
        async with opened(here.coach) as place:
            (found,) = await place.watch_statistics([(here.id, UUID(squat))], WatchPeriod.LAST_7_DAYS, None)
        assert (found.viewers, found.views) == (1, 1)

    async def pose_id(self, session_id: UUID) -> UUID:
        """The id of the sums of a session."""
        raise NotImplementedError


def _event(view: dict[str, Any], sessions: list[UUID], exercise: str) -> dict[str, Any]:
    column = {"heartbeat": "watched_seconds", "milestone": "milestone_percent", "buffering_end": "buffered_seconds"}
    values = {column[view["kind"]]: view["value"], "occurred_at": NOW - timedelta(days=view["days"])}
    return event_of(sessions[view["session"]], exercise, kind=view["kind"], **values)


def _figures(found: Any) -> tuple[Any, ...]:
    names = ("viewers", "views", "watched_seconds", "buffered_views", "bufferings", "buffered_seconds", "milestones")
    return (*(getattr(found, name) for name in names), found.playback_errors)


def _expected(rows: list[dict[str, Any]], days: int) -> tuple[Any, ...]:
    """The figures of events by a loop: a view is of a period by its first event."""
    views: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        views.setdefault(row["session_id"], []).append(row)
    since = datetime.now(UTC) - timedelta(days=days)
    shown = [view for view in views.values() if min(row["occurred_at"] for row in view) > since]
    reached = [max(row["milestone_percent"] or 0 for row in view) for view in shown]
    watched = sum(row["watched_seconds"] or 0 for view in shown for row in view)
    buffered = [[row["buffered_seconds"] for row in view if row["buffered_seconds"]] for view in shown]
    return (
        min(len(shown), 1),
        len(shown),
        watched,
        sum(1 for each in buffered if each),
        sum(map(len, buffered)),
        sum(map(sum, buffered)),
        [sum(1 for each in reached if each >= percent) for percent in (25, 50, 75, 100)],
        0,
    )

"""Checks of events of videos and of errors of playback, and the statistics of a video."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol  # Any: values of an input, and of rows, by name

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.telemetry import rules, rules_checks
from kinegraph.telemetry.rules import MediaEventKind

Values = Mapping[str, Any]

REQUIRED: Mapping[MediaEventKind, str] = {
    MediaEventKind.BUFFERING_END: "buffered_seconds",
    MediaEventKind.MILESTONE: "milestone_percent",
}
"""The value without which an event of this kind says nothing."""

NAMES: Mapping[str, str] = {
    "watched_seconds": "watchedSeconds",
    "buffered_seconds": "bufferedSeconds",
    "milestone_percent": "milestonePercent",
}
FITTING: Mapping[str, Sequence[MediaEventKind]] = {
    "watched_seconds": (MediaEventKind.HEARTBEAT, MediaEventKind.SESSION_END),
    "buffered_seconds": (MediaEventKind.BUFFERING_END,),
    "milestone_percent": (MediaEventKind.MILESTONE,),
}
"""By value (column), the kinds of events that may be sent with it; with other kinds it is refused."""


class WatchFigures(Protocol):
    """The sums of the sessions in which a video was watched; `milestones` has the views that reached each of them."""

    viewers: int
    views: int
    watched_seconds: float
    buffered_views: int
    bufferings: int
    buffered_seconds: float
    playback_errors: int
    milestones: Sequence[int]


def checked_events(events: Sequence[Values], now: datetime, checks: Checks) -> list[dict[str, Any]]:
    """The rows of events, in their order. Faults are recorded in `checks`."""
    return [_event(values, now, ("input", "events", str(index)), checks) for index, values in enumerate(events)]


def checked_errors(errors: Sequence[Values], now: datetime, checks: Checks) -> list[dict[str, Any]]:
    """The rows of errors of playback, in their order. Faults are recorded in `checks`."""
    return [_error(values, now, ("input", "errors", str(index)), checks) for index, values in enumerate(errors)]


def _event(values: Values, now: datetime, at: Path, checks: Checks) -> dict[str, Any]:
    kind = values["kind"]
    for name, fitting in FITTING.items():
        if values.get(name) is not None and kind not in fitting:
            kinds = " and ".join(each.name for each in fitting)
            checks.refuse(f"Only {kinds} has this: leave it out.", *at, NAMES[name])
    required = REQUIRED.get(kind)
    if required is not None and values.get(required) is None:
        checks.refuse(f"Must be sent with {MediaEventKind(kind).name}.", *at, NAMES[required])
    milestone = values.get("milestone_percent")
    if milestone is not None and milestone not in rules.MILESTONES:
        checks.refuse("Must be 25, 50, 75 or 100.", *at, "milestonePercent")
    return {
        **_place(values, now, at, checks),
        "kind": kind,
        "watched_seconds": _seconds(values, "watched_seconds", at, checks),
        "buffered_seconds": _seconds(values, "buffered_seconds", at, checks),
        "milestone_percent": milestone,
    }


def _error(values: Values, now: datetime, at: Path, checks: Checks) -> dict[str, Any]:
    return {
        **_place(values, now, at, checks),
        "code": checks.text(values["code"], (*at, "code"), rules.MAX_CODE, lines=False),
        "message": rules_checks.checked_text(values.get("message"), (*at, "message"), rules.MAX_MESSAGE, checks),
        "is_fatal": bool(values.get("is_fatal")),
    }


def _place(values: Values, now: datetime, at: Path, checks: Checks) -> dict[str, Any]:
    """The columns that events and errors have in common: when and where in which video, on which device."""
    plan_exercise_id = values.get("plan_exercise_id")
    video = values.get("video_url")
    return {
        "session_id": rules_checks.checked_uuid(values["session_id"], (*at, "sessionId"), checks),
        "exercise_id": checks.key(values["exercise_id"], (*at, "exerciseId")),
        "plan_exercise_id": rules_checks.checked_key(plan_exercise_id, (*at, "planExerciseId"), checks),
        "occurred_at": rules_checks.checked_moment(values["occurred_at"], now, (*at, "occurredAt"), checks),
        "position_seconds": _seconds(values, "position_seconds", at, checks),
        "player": rules_checks.checked_text(values.get("player"), (*at, "player"), rules.MAX_PLAYER, checks),
        "network": values.get("network"),
        **(_checked_video(video) or rules_checks.video_columns(video, (*at, "videoUrl"), checks)),
    }


@lru_cache(maxsize=1_000)
def _checked_video(url: str | None) -> dict[str, Any] | None:
    """The columns of a video's address that has no fault; None for one that has."""
    checks = Checks()
    columns = rules_checks.video_columns(url, (), checks)
    return None if checks.refusals else columns


def _seconds(values: Values, name: str, at: Path, checks: Checks) -> float | None:
    value = values.get(name)
    if value is None:
        return None
    path = (*at, NAMES.get(name, "positionSeconds"))
    return rules_checks.checked_number(value, path, rules.MAX_SECONDS, checks)

"""Checks of frames of poses, and how their landmarks are stored.

Frames are biometric data: no refusal of one shows a value of it.
"""

import base64
import binascii
import re
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from sys import byteorder
from typing import Any, Protocol  # Any: values of an input, and of rows, by name
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.telemetry import rules, rules_checks

LANDMARKS = 33
"""The landmarks of a body (MediaPipe Pose), each with x, y, z and its visibility."""
VALUES = 4 * LANDMARKS
TEXT_LENGTH = 704
"""Characters of the landmarks of a frame in Base64."""
MAX_COORDINATE = 4
"""The largest coordinate, in widths of the picture or in meters; one outside the picture is negative, or above 1."""
UNITS = 8_000
"""A stored coordinate is a whole number of 1 / UNITS, as 16 bits."""
MAX_SESSION = timedelta(hours=24)
MAX_REPS, MAX_DEGREES, MAX_FEEDBACK = 10_000, 360, 5
FEEDBACK = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)


class PoseSessionRow(Protocol):
    """The sums of the frames of a session; `feedback` has the number of frames by code."""

    id: UUID
    organization_id: UUID
    user_id: UUID
    session_id: UUID
    exercise_id: UUID
    plan_exercise_id: UUID | None
    enrollment_id: UUID | None
    started_at: datetime
    last_at: datetime
    frames: int
    accuracy_sum: float
    accuracy_frames: int
    reps: int | None
    rom_min_degrees: float | None
    rom_max_degrees: float | None
    feedback: Mapping[str, int]


class PoseSpanRow(Protocol):
    """The exercise of a session, and the times of its first and its last frame that are stored."""

    exercise_id: UUID
    started_at: datetime
    last_at: datetime


def check_session(stored: Sequence[PoseSpanRow], rows: Sequence[Mapping[str, Any]], checks: Checks) -> None:
    """Check that the frames of a session are of one exercise and within 24 hours, with those that are stored of it."""
    if any(each.exercise_id != rows[0]["exercise_id"] for each in stored):
        checks.refuse("This session is of another exercise: make a sessionId for each exercise.", "input", "exerciseId")
    first = min([each.started_at for each in stored] + [row["occurred_at"] for row in rows])
    last = max([each.last_at for each in stored] + [row["occurred_at"] for row in rows])
    if last - first > MAX_SESSION:
        message = "The frames of a session must lie within 24 hours: make another sessionId for those of another day."
        checks.refuse(message, "input", "startedAt")


def checked_frames(
    values: Mapping[str, Any], place: Mapping[str, Any], now: datetime, checks: Checks
) -> list[dict[str, Any]]:
    """The rows of a session's frames, with the columns of `place`. Faults are recorded in `checks`."""
    at, started_at = ("input", "frames"), values["started_at"]
    begun = len(checks.refusals)
    rules_checks.checked_moment(started_at, now, ("input", "startedAt"), checks)
    is_well_timed = begun == len(checks.refusals)
    return [
        _frame(frame, place, started_at, now if is_well_timed else None, (*at, str(index)), checks)
        for index, frame in enumerate(values["frames"])
    ]


def _frame(
    values: Mapping[str, Any],
    place: Mapping[str, Any],
    started_at: datetime,
    now: datetime | None,
    at: Path,
    checks: Checks,
) -> dict[str, Any]:
    """The row of a frame. Its time is not compared with `now` where that of the session is a fault already (None)."""
    milliseconds = _whole(values["timestamp_ms"], rules.MAX_SECONDS * 1_000, (*at, "timestampMs"), checks)
    occurred_at = started_at if now is None else started_at + timedelta(milliseconds=milliseconds or 0)
    if now is not None and occurred_at > now + rules.MAX_EARLY:
        checks.refuse("Must not be in the future: it counts from `startedAt`.", *at, "timestampMs")
    return {
        **place,
        "occurred_at": occurred_at,
        "timestamp_ms": milliseconds,
        "landmarks": checked_landmarks(values["landmarks"], (*at, "landmarks"), checks),
        "accuracy": rules_checks.checked_number(values.get("accuracy"), (*at, "accuracy"), 1, checks),
        "reps": _whole(values.get("reps"), MAX_REPS, (*at, "reps"), checks),
        "rom_degrees": rules_checks.checked_number(values.get("rom_degrees"), (*at, "romDegrees"), MAX_DEGREES, checks),
        "feedback": _feedback(values.get("feedback") or (), (*at, "feedback"), checks),
    }


def checked_landmarks(text: str, path: Path, checks: Checks) -> bytes:
    """The landmarks of a frame as they are stored. A fault is recorded in `checks`, without a value."""
    try:
        numbers = array("f", base64.b64decode(text, validate=True) if len(text) == TEXT_LENGTH else b"")
    except (binascii.Error, ValueError):
        numbers = array("f")
    if byteorder == "big":
        numbers.byteswap()
    if len(numbers) != VALUES:
        each = f"x, y, z and visibility of {LANDMARKS} landmarks"
        message = f"Must be the Base64 of {VALUES} little-endian 32-bit numbers: {each}."
        checks.refuse(message, *path)
        return b""
    seen = numbers[3::4]
    if not isfinite(sum(numbers)) or max(numbers) > MAX_COORDINATE or min(numbers) < -MAX_COORDINATE:
        checks.refuse(f"Its coordinates must be numbers from -{MAX_COORDINATE} to {MAX_COORDINATE}.", *path)
        return b""
    if min(seen) < 0 or max(seen) > 1:
        checks.refuse("Its visibilities must be from 0 to 1.", *path)
        return b""
    return packed(numbers)


def packed(numbers: Sequence[float]) -> bytes:
    """Coordinates and visibilities as 16-bit whole numbers of UNITS, little-endian: half the size, exact to 0.0001."""
    stored = array("h", [round(number * UNITS) for number in numbers])
    if byteorder == "big":
        stored.byteswap()
    return stored.tobytes()


def unpacked(stored: bytes) -> list[float]:
    """The coordinates and visibilities that were stored, to 0.0001."""
    numbers = array("h", stored)
    if byteorder == "big":
        numbers.byteswap()
    return [round(number / UNITS, 6) for number in numbers]


def _whole(value: int | None, high: int, path: Path, checks: Checks) -> int | None:
    if value is not None and not 0 <= value <= high:
        checks.refuse(f"Must be a whole number from 0 to {high:,}.", *path)
        return 0
    return value


def _feedback(codes: Sequence[str], path: Path, checks: Checks) -> list[str]:
    if len(codes) > MAX_FEEDBACK:
        checks.refuse(f"Must have at most {MAX_FEEDBACK} entries.", *path)
        return []
    for index, code in enumerate(codes):
        if not FEEDBACK.fullmatch(code):
            message = "Must be a code of at most 40 capital letters, digits and underscores, such as KNEE_VALGUS."
            checks.refuse(message, *path, str(index))
    return sorted(set(codes))

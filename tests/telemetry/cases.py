"""The requests of `documents` for telemetry."""

from datetime import UTC, datetime
from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

SESSION = "018f0000-0000-7000-8000-000000000041"
NAMES = {"recordMediaEvents": "events", "reportPlaybackErrors": "errors"}


def _mutation(name: str) -> str:
    type_name = name[0].upper() + name[1:] + "Input"
    return f"mutation ($input: {type_name}!) {{ {name}(input: $input) {{ storedCount {ERRORS} }} }}"


def _entry(name: str, exercise: str, **values: Any) -> dict[str, Any]:
    """An event, or an error, of now."""
    kind = {"kind": "HEARTBEAT"} if name == "recordMediaEvents" else {"code": "x"}
    now = datetime.now(UTC).isoformat()
    return {**kind, "sessionId": SESSION, "exerciseId": exercise, "occurredAt": now, **values}


def _batch(organization: str, **values: Any) -> dict[str, Any]:
    return {"input": {"organizationId": organization, "clientId": "batch", **values}}


def _frames(organization: str, exercise: str, **values: Any) -> dict[str, Any]:
    session = {"sessionId": SESSION, "exerciseId": exercise, "startedAt": datetime.now(UTC).isoformat()}
    return _batch(organization, **session, frames=[{"timestampMs": 0, "landmarks": "A" * 704}], **values)


CASES = {
    **{
        name: Case(_mutation(name), _batch("theirs.organization", **{key: [_entry(name, "mine.canonical")]}))
        for name, key in NAMES.items()
    },
    **{
        f"{name}, their exercise": Case(
            _mutation(name), _batch("mine.organization", **{key: [_entry(name, "theirs.exercise")]})
        )
        for name, key in NAMES.items()
    },
    **{
        f"{name}, their plan's exercise": Case(
            _mutation(name),
            _batch(
                "mine.organization",
                **{key: [_entry(name, "mine.canonical", planExerciseId="theirs.version_exercise")]},
            ),
        )
        for name, key in NAMES.items()
    },
    **{
        f"{name}, ids of theirs for its own": Case(
            _mutation(name),
            {
                "input": {
                    "organizationId": "theirs.organization",
                    "clientId": "theirs.log",
                    key: [{**_entry(name, "mine.canonical"), "sessionId": "theirs.log"}],
                }
            },
        )
        for name, key in NAMES.items()
    },
    "recordPoseFrames, ids of theirs for its own": Case(
        _mutation("recordPoseFrames"),
        {
            "input": {
                **_frames("theirs.organization", "mine.canonical")["input"],
                "clientId": "theirs.log",
                "sessionId": "theirs.log",
            }
        },
    ),
    "recordPoseFrames": Case(_mutation("recordPoseFrames"), _frames("theirs.organization", "mine.canonical")),
    "recordPoseFrames, their exercise": Case(
        _mutation("recordPoseFrames"), _frames("mine.organization", "theirs.exercise")
    ),
    "recordPoseFrames, their plan's exercise": Case(
        _mutation("recordPoseFrames"),
        _frames("mine.organization", "mine.canonical", planExerciseId="theirs.version_exercise"),
    ),
}

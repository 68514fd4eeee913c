"""Facts about telemetry for the tests of all rooms."""

from tests.rooms import Declarations
from tests.telemetry.cases import CASES

OWN_TABLES = (
    *("telemetry_batches", "media_events", "pose_frames", "playback_errors"),
    *("media_sessions", "pose_sessions"),
)
"""Rows of one user each (test_postgres.py)."""
OF_SESSIONS = ("recordMediaEvents", "recordPoseFrames", "reportPlaybackErrors")

ROOM = Declarations(
    clocks={"telemetry.graph_mutations": "a mutation"},
    own_tables=OWN_TABLES,
    exercise_ids=(
        "MediaEventInput.exerciseId",
        "PlaybackErrorInput.exerciseId",
        "RecordPoseFramesInput.exerciseId",
    ),
    policies={
        **dict.fromkeys(("telemetry_batches", "media_events", "pose_frames"), ("*", "*")),  # one's own, or the worker's
        **dict.fromkeys(("media_sessions", "pose_sessions", "playback_errors"), ("*", "*", "r")),  # coaches read them
    },
    cases=CASES,
    refused_too=("CONSENT_REQUIRED",),
    values={
        "landmarks": "A" * 704,
        "feedback": ["KNEE_VALGUS"],
        "accuracy": 0.5,
        "MediaEventInput.kind": "HEARTBEAT",
        "bufferedSeconds": None,  # of other kinds of events
        "milestonePercent": None,
    },
    client_ids=[f"{name}.sessionId" for name in OF_SESSIONS],
    own_nodes=("PoseSession",),
    bounds={
        "WatchStatistics.completion": "four milestones",
        "PoseSession.feedback": "the 50 most frequent codes, by its statement",
    },
)

"""The data set of the benchmark: a clinic whose patients consent, and their batches of events as requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import orjson

from bench.operations import Request
from kinegraph.outside.tokens import Tokens

DOCUMENT = """mutation telemetry($input: RecordMediaEventsInput!) {
  recordMediaEvents(input: $input) { storedCount isRepeated userErrors { code message field } }
}"""
HEARTBEAT_SECONDS = 5
TOKEN_SECONDS = 36_000


@dataclass(frozen=True)
class Patient:
    """A patient with a bearer token, and the organization and the exercises of their events."""

    organization_id: UUID
    token: str
    exercise_ids: Sequence[UUID]


async def make_patients(url: str, secret: str, count: int) -> list[Patient]:
    """Store a clinic with so many patients and twenty exercises. `secret` signs the patients' tokens."""
    connection = await asyncpg.connect(url)
    try:
        mark = uuid4().hex[:12]
        clinic = await connection.fetchval(
            "INSERT INTO organizations (name, slug) VALUES ($1, $1) RETURNING id", f"clinic-{mark}"
        )
        exercises = await connection.fetch(
            "INSERT INTO exercises (organization_id, name) SELECT $1, 'Exercise ' || number "
            "FROM generate_series(1, 20) AS number RETURNING id",
            clinic,
        )
        users = await connection.fetch(
            "INSERT INTO users (name, email) SELECT 'Patient ' || n, n || $2 FROM generate_series(1, $1) AS n "
            "RETURNING id, email",
            count,
            f"@{mark}.example",
        )
        ids = [row["id"] for row in users]
        await connection.execute(
            "INSERT INTO memberships (organization_id, user_id, role) SELECT $1, unnest($2::uuid[]), 'member'",
            clinic,
            ids,
        )
        await connection.execute(
            "INSERT INTO patients (organization_id, user_id, consent_level) SELECT $1, unnest($2::uuid[]), 2",
            clinic,
            ids,
        )
    finally:
        await connection.close()
    tokens = Tokens(secret)
    signed = [tokens.sign({"sub": str(row["id"]), "email": row["email"]}, TOKEN_SECONDS) for row in users]
    return [Patient(clinic, token, [row["id"] for row in exercises]) for token in signed]


def requests_of(patients: Sequence[Patient], batches: int, size: int) -> list[Request]:
    """So many batches of so many events, of patients in turn: each is a view of a video, with an event every 5 s."""
    now = datetime.now(UTC)
    return [_request(patients[index % len(patients)], index, size, now) for index in range(batches)]


def _request(patient: Patient, index: int, size: int, now: datetime) -> Request:
    exercise = str(patient.exercise_ids[index % len(patient.exercise_ids)])
    begun = now - timedelta(seconds=HEARTBEAT_SECONDS * size + index % 3_600)
    session = str(uuid4())
    events = [_event(number, size, session, exercise, begun) for number in range(size)]
    sent = {"organizationId": str(patient.organization_id), "clientId": str(uuid4()), "events": events}
    content = orjson.dumps({"query": DOCUMENT, "operationName": "telemetry", "variables": {"input": sent}})
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {patient.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return Request("telemetry", head.encode() + content)


def _event(number: int, size: int, session: str, exercise: str, begun: datetime) -> dict[str, object]:
    at = number * HEARTBEAT_SECONDS
    event: dict[str, object] = {
        "sessionId": session,
        "exerciseId": exercise,
        "occurredAt": (begun + timedelta(seconds=at)).isoformat(),
        "positionSeconds": float(at),
        "player": "hls.js 1.6.2",
        "network": "WIFI",
        "videoUrl": f"https://videos.example/{exercise}.mp4",
    }
    if number == 0:
        return {**event, "kind": "SESSION_START"}
    if number == size - 1:
        return {**event, "kind": "SESSION_END", "watchedSeconds": float(HEARTBEAT_SECONDS)}
    if number % 10 == 4:
        return {**event, "kind": "MILESTONE", "milestonePercent": (25, 50, 75, 100)[number // 10 % 4]}
    if number % 10 == 6:
        return {**event, "kind": "BUFFERING_START"}
    if number % 10 == 7:
        return {**event, "kind": "BUFFERING_END", "bufferedSeconds": 0.8}
    return {**event, "kind": "HEARTBEAT", "watchedSeconds": float(HEARTBEAT_SECONDS)}

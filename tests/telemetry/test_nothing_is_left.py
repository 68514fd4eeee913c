"""Nothing of a refused frame is left anywhere: no row, no file of the database, no log, nothing in Redis."""

import asyncio
import base64
import hashlib
import io
import logging
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # variables are JSON
from uuid import uuid4

import psutil
import pytest
from redis.asyncio import Redis

from kinegraph.kit import logs
from tests.conftest import Api, Organization, World
from tests.telemetry.documents import POSE, consent, frame, poses
from tests.workout.documents import Pool

CODE = "ZYXOMMA_7741"
NUMBERS = [0.7741, 0.1477, -0.4177, 0.9] * 33
TEXT = base64.b64encode(struct.pack("<132f", *NUMBERS)).decode()
MARKS = (
    CODE.encode(),
    TEXT[:40].encode(),
    struct.pack("<4f", *NUMBERS[:4]),
    struct.pack("<4h", *(round(number * 8_000) for number in NUMBERS[:4])),
    b"77.4177",
)
"""What the frame has, in each form in which it is sent or would be stored."""
LITERAL = """mutation {{ recordPoseFrames(input: {{ organizationId: "{organization}", clientId: "c", sessionId: "s",
  exerciseId: "e", startedAt: "2026-03-01T10:00:00Z", frames: [{{ timestampMs: 0, landmarks: "{landmarks}",
  feedback: ["{code}"] }}] }}) {{ userErrors {{ message }} }} }}"""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All logs of all libraries, at their lowest level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture
def began() -> float:
    """A moment before the test, by a clock as coarse as the one of the files."""
    return time.time() - 1


def files_of(folder: Path, began: float) -> dict[str, bytes]:
    """The server's files that were written since: its databases', the write-ahead log, and its log beside them."""
    paths = [*folder.rglob("*"), *folder.parent.iterdir()]
    assert (folder / "PG_VERSION").exists() and any("log" in path.name for path in folder.parent.iterdir())
    return {str(path): path.read_bytes() for path in paths if path.is_file() and path.stat().st_mtime >= began}


async def left(owner: Pool, redis_url: str, log: io.StringIO, began: float, *answers: str) -> list[str]:
    """The places in which any of the marks is found, of those that were written since the test began."""
    await owner.execute("CHECKPOINT")
    server = psutil.Process(await owner.fetchval("SELECT pg_backend_pid()"))
    contents = await asyncio.to_thread(files_of, Path(server.cwd()), began)
    contents |= {"log": log.getvalue().encode(), **{f"answer {at}": each.encode() for at, each in enumerate(answers)}}
    redis = Redis.from_url(redis_url)
    for key in await redis.keys("*"):
        if await redis.type(key) == b"string":
            contents[f"redis {key!r}"] = key + (await redis.get(key) or b"")
    await redis.aclose()
    return [f"{name}: {mark!r}" for name, content in contents.items() for mark in MARKS if mark in content]


def marked(clinic: Organization, exercise: str) -> dict[str, Any]:
    """A batch with a frame that has the marks."""
    return poses(clinic, exercise, {**frame(), "landmarks": TEXT, "feedback": [CODE], "romDegrees": 77.4177})


async def sent(api: Api, clinic: Organization, body: dict[str, Any]) -> str:
    """The answer to a request of the member's, with an idempotency key, which stores answers."""
    headers = {"Authorization": f"Bearer {clinic.member.token}", "Idempotency-Key": str(uuid4())}
    return (await api.client.post("/graphql", json=body, headers=headers)).text


async def test_a_frame_without_biometric_consent_leaves_nothing(
    api: Api, world: World, squat: str, owner: Pool, redis_url: str, log: io.StringIO, began: float
) -> None:
    """Neither with level 3 nor with the biometric consent alone, nor in a batch with a fault, nor in an answer."""
    clinic = await world.organization()
    answers = []
    for level, biometric in ((3, 0), (1, 1), (0, 0)):
        await consent(api, clinic, clinic.member, level, biometric)
        for extra in ({}, {"frames": [{**marked(clinic, squat)["frames"][0], "accuracy": 5, "reps": -7741}]}):
            variables = {"input": {**marked(clinic, squat), **extra}}
            answers.append(await sent(api, clinic, {"query": POSE, "variables": variables}))
    assert all('"CONSENT_REQUIRED"' in each for each in answers)
    assert await left(owner, redis_url, log, began, *answers) == []


async def test_a_document_with_frames_in_it_is_neither_registered_nor_executed(
    api: Api, clinic: Organization, owner: Pool, redis_url: str, log: io.StringIO, began: float
) -> None:
    """Registered documents are stored: frames as literals, or as the default of a variable, are refused before."""
    text = LITERAL.format(organization=clinic.id, landmarks=TEXT, code=CODE)
    default = text.replace(
        "mutation {", f'mutation ($frames: [PoseFrameInput!]! = [{{ timestampMs: 0, landmarks: "{TEXT}" }}]) {{'
    )
    default = (
        default[: default.index("frames: [{ timestampMs: 0, landmarks", 130 + len(TEXT))]
        + "frames: $frames }) { userErrors { message } } }"
    )
    answers = []
    for document in (text, default):
        digest = hashlib.sha256(document.encode()).hexdigest()
        body = {"query": document, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
        answers.append(await sent(api, clinic, body))
    assert all("as a variable: it must not be stored with a document" in each for each in answers)
    assert await left(owner, redis_url, log, began, *answers) == []


async def test_the_search_finds_what_was_stored_with_consent(
    api: Api, clinic: Organization, squat: str, owner: Pool, redis_url: str, log: io.StringIO, began: float
) -> None:
    """The same frame with consent is found in the database's files: so the tests above can fail."""
    await api.run(POSE, clinic.member, input=marked(clinic, squat))
    found = await left(owner, redis_url, log, began)
    assert {mark for each in found for mark in MARKS if repr(mark) in each} == {MARKS[0], MARKS[3]}
    assert not any(each.startswith(("log", "redis")) for each in found)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"romDegrees": "77.4177"}, " at .frames[0].romDegrees: Float cannot represent non numeric value."),
        ({"reps": 77.4177}, " at .frames[0].reps: Int cannot represent non-integer value."),
        ({"landmarks": [77.4177]}, " at .frames[0].landmarks: String cannot represent a non string value."),
        ({"degrees": 77.4177}, " at .frames[0]: Expected value of type 'PoseFrameInput' not to include unknown field."),
    ],
)
async def test_a_value_of_a_wrong_type_is_not_repeated_in_the_refusal(
    api: Api, clinic: Organization, squat: str, log: io.StringIO, values: Any, said: str
) -> None:
    """graphql-core's messages of wrong types show the value; those of telemetry say where it is; what is expected."""
    variables = {"input": poses(clinic, squat, {**marked(clinic, squat)["frames"][0], **values})}
    answer = await sent(api, clinic, {"query": POSE, "variables": variables})
    assert f"Variable '$input' has invalid value{said}" in answer
    assert [mark for mark in MARKS if mark in (answer + log.getvalue()).encode()] == []

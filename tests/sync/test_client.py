"""The reference client of docs/sync ends with what the API shows, however often it is killed while data change."""

import asyncio
import json
import random
import runpy
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # the client's module, and JSON
from uuid import UUID

import pytest

from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.api.serving import serving
from tests.assignment.snapshots import ASSIGN, UPDATE_FOR, assignment
from tests.conftest import Api, World
from tests.docs.markdown import ROOT
from tests.library.documents import UPSERT, target
from tests.logbook.documents import CORRECT, DELETE, SEND, Enrolled, enrolled, live_in, move, pause
from tests.sync.documents import BRIEF
from tests.sync.test_changes import canonical, end_membership, join_again
from tests.treatment import StoredVersion, store_enrollment, store_version
from tests.workout.documents import UPDATE, Pool, create, movement, replace, section

pytestmark = pytest.mark.own_database  # canonical exercises are edited
CLIENT = ROOT / "docs" / "sync" / "client.py"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) %s }"
SHOWN = """
SELECT id::text FROM enrollments WHERE patient_id = $1
UNION SELECT version_id::text FROM enrollment_versions WHERE patient_id = $1
UNION SELECT 'patient:' || organization_id || ':' || user_id FROM patients WHERE user_id = $1
UNION SELECT id::text FROM exercise_logs WHERE patient_id = $1 AND deleted_at IS NULL
UNION SELECT id::text FROM workout_assignments WHERE athlete_id = $1 AND deleted_at IS NULL
UNION SELECT v.organization_id || ':' || x.exercise_id
FROM enrollment_versions v JOIN plan_version_exercises x ON x.version_id = v.version_id WHERE v.patient_id = $1
UNION SELECT s.organization_id || ':' || s.substitute_id FROM exercise_substitutions s WHERE s.patient_id = $1
UNION SELECT a.organization_id || ':' || m.exercise_id FROM workout_assignments a
JOIN workout_sections s ON s.workout_id = coalesce(a.snapshot_workout_id, a.workout_id) AND s.deleted_at IS NULL
JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
WHERE a.athlete_id = $1 AND a.deleted_at IS NULL
"""


@dataclass
class Clinic:
    """The API on a port, a patient with an enrollment and a workout, and what coaches do meanwhile."""

    api: Api
    port: int
    owner: Pool
    plan: Enrolled
    versions: Sequence[StoredVersion]
    workout: str
    exercises: Sequence[str]
    numbers: random.Random
    day: int = 22

    def __post_init__(self) -> None:
        self.changes: Sequence[Callable[[], Awaitable[Any]]] = (
            *(self.log_at_the_clinic, self.correct, self.correct, self.delete, self.move, self.pause, self.assign),
            *(
                self.replace_sections,
                self.edit_workout,
                self.edit_for,
                self.take_back,
                self.edit_exercise,
                self.override,
                self.leave_and_join,
            ),
        )

    async def one(self, statement: str) -> Any:
        """A value of one of the patient's rows; None without one."""
        ids = await self.owner.fetch(statement, self.plan.patient.id)
        return self.numbers.choice(ids)[0] if ids else None

    async def log_at_the_clinic(self) -> None:
        log = self.plan.log(self.numbers.randint(1, 20), painScore=3)
        await self.api.run(SEND, self.plan.patient, logs=[log])

    async def correct(self) -> None:
        id = await self.one("SELECT id FROM exercise_logs WHERE patient_id = $1 AND deleted_at IS NULL")
        if id:
            value = {"id": str(id), "painScore": self.numbers.randint(0, 10), "reason": "Asked."}
            await self.api.run(CORRECT, self.plan.gym.coach, input=value)

    async def delete(self) -> None:
        id = await self.one("SELECT id FROM exercise_logs WHERE patient_id = $1 AND deleted_at IS NULL")
        if id:
            await self.api.run(DELETE, self.plan.gym.coach, input={"id": str(id), "reason": "Twice."})

    async def move(self) -> None:
        self.day += 1
        await move(self.owner, self.plan, self.numbers.choice(self.versions), self.day)

    async def pause(self) -> None:
        self.day += 1
        await pause(self.owner, self.plan, self.day, self.day)

    async def assign(self) -> None:
        day = f"2026-03-{self.numbers.randint(1, 28):02}"
        input = assignment(self.workout, self.plan.patient, day=day)
        await self.api.post(ASSIGN, self.plan.gym.coach, input=input)

    async def edit_workout(self) -> None:
        title = f"Workout {self.numbers.random()}"
        await self.api.run(UPDATE, self.plan.gym.coach, id=self.workout, input={"title": title})

    async def replace_sections(self) -> None:
        chosen = self.numbers.sample(self.exercises, self.numbers.randint(0, 3))
        sections = [section(*(movement(id, notes=f"Note {self.numbers.random()}") for id in chosen))]
        await replace(self.api, self.plan.gym.coach, self.workout, sections)

    async def edit_for(self) -> None:
        id = await self.one("SELECT id FROM workout_assignments WHERE athlete_id = $1 AND deleted_at IS NULL")
        if id:
            sent = {"id": self.workout, "for": str(id), "input": {"title": f"Hers {self.numbers.random()}"}}
            await self.api.post(UPDATE_FOR, self.plan.gym.coach, **sent)

    async def take_back(self) -> None:
        id = await self.one("SELECT id FROM workout_assignments WHERE athlete_id = $1 AND deleted_at IS NULL")
        await self.owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE id = $1", id)

    async def edit_exercise(self) -> None:
        await canonical(self.owner, self.numbers.choice(self.exercises), cues=[f"Cue {self.numbers.random()}"])

    async def override(self) -> None:
        exercise = self.numbers.choice(self.exercises)
        values = {"name": f"Name {self.numbers.random()}"}
        await self.api.run(UPSERT, self.plan.gym.coach, **target(exercise, self.plan.gym), overrides=values)

    async def leave_and_join(self) -> None:
        await end_membership(self.owner, self.plan.gym, self.plan.patient)
        await join_again(self.owner, self.plan.gym, self.plan.patient)

    async def sync(self, store: Path, page: int, seconds: float | None = None) -> int:
        """Run the client in a process of its own, killed after so many seconds. Returns its exit code."""
        url = f"http://127.0.0.1:{self.port}/graphql"
        options = ("--store", str(store), "--url", url, "--token", self.plan.patient.token)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CLIENT), *options, "sync", "--page", str(page)), stderr=asyncio.subprocess.PIPE
        )
        try:
            _, errors = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                process.send_signal(signal.SIGKILL)
            await process.wait()
        else:
            assert process.returncode == 0, errors.decode()
        return process.returncode or 0


@pytest.fixture
async def clinic(
    services: Services, owner: Pool, world: World, request: pytest.FixtureRequest
) -> AsyncIterator[Clinic]:
    """A clinic, with random numbers that the parameter decides, where a test has one."""
    plan = await enrolled(owner, world)
    exercises = [await world.exercise_id(slug) for slug in ("back-squat", "clamshell", "bird-dog", "deadlift")]
    days = {(1, 1): exercises[1:3]}
    versions = [plan.version, await store_version(owner, plan.gym, days, plan_id=plan.version.plan_id)]
    async with serving(services, cost_budget=0) as served:
        workout = await create(served.api, plan.gym, section(movement(exercises[3]), movement(exercises[0])))
        numbers = random.Random(getattr(request, "param", 1))
        yield Clinic(served.api, served.port, owner, plan, versions, workout["id"], exercises, numbers)


@pytest.mark.parametrize("clinic", [1, 2], indirect=True)
async def test_a_client_that_is_killed_and_begun_again_at_random_ends_with_what_the_api_shows(
    clinic: Clinic, tmp_path: Path
) -> None:
    """Logs are made offline, sent late and again, and each is stored once; coaches change everything meanwhile.

    What was sent while the patient was no member is refused, and remains in the outbox with the reason.
    """
    client, path = runpy.run_path(str(CLIENT)), tmp_path / "app.db"
    store, numbers = client["Store"](str(path)), clinic.numbers
    made, exits = [], []
    for _ in range(12):
        for _ in range(numbers.randint(0, 4)):
            log = clinic.plan.log(numbers.randint(1, 20), numbers.randint(0, 1), painScore=numbers.randint(0, 10))
            store.log(log)
            made.append(log["clientId"])
        running = asyncio.create_task(clinic.sync(path, numbers.randint(1, 4), numbers.choice([0.0, 0.3, 0.6, 1.0])))
        for _ in range(numbers.randint(1, 5)):
            await numbers.choice(clinic.changes)()
        exits.append(await running)
    assert -signal.SIGKILL in exits
    assert await clinic.sync(path, 100) == 0
    await assert_equal(clinic, client, store)
    assert store.waiting() == []
    rows = await clinic.owner.fetch(
        "SELECT client_id FROM exercise_logs WHERE patient_id = $1 AND client_id = ANY ($2)",
        clinic.plan.patient.id,
        made,
    )
    refused = [id for (id,) in store.file.execute("SELECT client_id FROM outbox WHERE refusal IS NOT NULL")]
    assert {*(row["client_id"] for row in rows), *refused} == {*made}
    assert len(rows) > len(refused)


async def assert_equal(clinic: Clinic, client: Mapping[str, Any], store: Any) -> None:
    """Compare what the client has stored with the API, by ids that are read from the database."""
    shown = [row[0] for row in await clinic.owner.fetch(SHOWN, clinic.plan.patient.id)]
    objects: dict[str, Any] = {}
    for start in range(0, len(shown), 100):
        found = await clinic.api.run(NODES % client["FIELDS"], clinic.plan.patient, ids=shown[start : start + 100])
        objects |= {each["id"]: each for each in found["nodes"]}
    stored = {id: json.loads(content) for id, content in store.file.execute("SELECT id, content FROM objects")}
    assert stored.keys() == objects.keys()
    assert stored == objects
    assert len({each["__typename"] for each in stored.values()}) >= 4


async def test_the_pages_of_the_client_are_within_the_default_limits(clinic: Clinic, services: Services) -> None:
    """A page of the client's default size has an estimate that is allowed, and so have 500 ids."""
    client = runpy.run_path(str(CLIENT))
    limits = {name: Settings.model_fields[name].default for name in ("max_cost", "cost_budget")}
    async with serving(services, **limits) as served:
        await served.api.run(client["CHANGES"], clinic.plan.patient, first=client["PAGE"])
        await served.api.run(BRIEF, clinic.plan.patient, first=500)


async def test_bad_logs_leave_the_batch_and_a_refused_cursor_begins_anew(clinic: Clinic, tmp_path: Path) -> None:
    """The others of the batch are stored; the outbox says why; what came from the server is read once more."""
    client, path = runpy.run_path(str(CLIENT)), tmp_path / "app.db"
    store = client["Store"](str(path))
    for values in ({"painScore": 11}, {"painScore": 1}, {"performedOn": "2000-01-01"}):
        store.log(clinic.plan.log(3, **values))
    store.apply({"cursor": "of another user", "changes": []})
    assert await clinic.sync(path, 100) == 0
    rows = [*store.file.execute("SELECT content, refusal FROM outbox ORDER BY number")]
    assert [json.loads(content).get("painScore") for content, _ in rows] == [11, None]
    assert all(refusal for _, refusal in rows)
    await assert_equal_logs(clinic, 1)
    assert len([*store.file.execute("SELECT id FROM objects WHERE type = 'ExerciseLog'")]) == 1


async def test_a_store_of_one_user_is_refused_to_another_who_would_send_their_logs(
    clinic: Clinic, tmp_path: Path, world: World
) -> None:
    """The second user's synchronization ends with exit code 1 and a message; nothing was sent, nothing was read."""
    client, path = runpy.run_path(str(CLIENT)), tmp_path / "app.db"
    store = client["Store"](str(path))
    assert await clinic.sync(path, 100) == 0
    store.log(clinic.plan.log(3, painScore=9))
    other = await world.join(clinic.plan.gym.id, "member")
    await store_enrollment(clinic.owner, clinic.plan.gym, clinic.plan.version, other, clinic.plan.starts_on)
    objects = [*store.file.execute("SELECT id, content FROM objects ORDER BY id")]
    server = client["Server"](f"http://127.0.0.1:{clinic.port}/graphql", other.token)
    for function in ("send", "receive"):
        with pytest.raises(client["OtherUser"], match=f"belongs to user {clinic.plan.patient.id}: use another one"):
            await asyncio.to_thread(_in_thread, client, function, path, server)
    assert [*store.file.execute("SELECT id, content FROM objects ORDER BY id")] == objects
    assert len(store.waiting()) == 1
    await assert_equal_logs(clinic, 0)
    store.begin_anew()
    assert await clinic.sync(path, 100) == 0
    await assert_equal_logs(clinic, 1)


def _in_thread(client: Mapping[str, Any], function: str, path: Path, server: Any) -> None:
    """Call a function of the client with a store of the thread's own."""
    client[function](client["Store"](str(path)), server)


async def test_a_log_of_a_day_that_is_to_come_waits_and_is_sent_when_the_day_has_begun(
    clinic: Clinic, tmp_path: Path
) -> None:
    """The others of the batch are stored; it is stored once the patient's time zone says that it is that day."""
    client, path = runpy.run_path(str(CLIENT)), tmp_path / "app.db"
    store = client["Store"](str(path))
    row = await clinic.owner.fetchrow("SELECT (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS day")
    assert row is not None
    await live_in(clinic.owner, clinic.plan.gym, clinic.plan.patient, "Pacific/Pago_Pago")
    store.log(clinic.plan.log(performedOn=str(row["day"])))
    store.log(clinic.plan.log(3, painScore=1))
    assert await clinic.sync(path, 100) == 0
    await assert_equal_logs(clinic, 1)
    (waiting,) = store.file.execute("SELECT content, refusal FROM outbox").fetchall()
    assert (json.loads(waiting[0])["performedOn"], waiting[1]) == (str(row["day"]), None)
    await live_in(clinic.owner, clinic.plan.gym, clinic.plan.patient, "Pacific/Kiritimati")
    assert await clinic.sync(path, 100) == 0
    await assert_equal_logs(clinic, 2)
    assert store.file.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


async def assert_equal_logs(clinic: Clinic, count: int) -> None:
    """Compare the number of the patient's logs."""
    found = await clinic.owner.fetchval(
        "SELECT count(*) FROM exercise_logs WHERE enrollment_id = $1", UUID(str(clinic.plan.id))
    )
    assert found == count

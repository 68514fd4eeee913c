"""An erased person is found nowhere: no row, file, key in Redis or log line has their marks or ids."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # JSON of answers and of exports
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from kinegraph.audit import store as audit
from kinegraph.kit import logs
from kinegraph.kit.database import Database
from kinegraph.privacy import store, store_erasing, store_export
from kinegraph.privacy.rules import ERASED_USER
from tests.assignment.snapshots import assigned
from tests.conftest import Api, Person, World
from tests.identity.rows import Pool
from tests.library.documents import upsert
from tests.logbook.documents import CORRECT, SEND_BRIEFLY, Enrolled, enrolled
from tests.media.files import ADD, Studio, picture, stored_files
from tests.patient.documents import consent_to_conditions
from tests.process.running import environment, run
from tests.response.clinic import ACCEPT, PROPOSALS
from tests.result.documents import RECORD, result
from tests.telemetry.documents import ERRORS, MEDIA, POSE, batch, consent, event, failure, frame, poses

MARK = "Zyxomma"
"""A word that nobody else writes."""


class Seeded:
    """A patient of whom something is stored in every way that the API has, and what stands beside it."""

    def __init__(self, studio: Studio, plan: Enrolled) -> None:
        self.studio, self.plan = studio, plan
        self.gym, self.patient = studio.organization, plan.patient
        self.reply = ""
        """The id of the coach's reply to a comment of the patient."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All logs of all libraries, as a production server writes them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
async def seeded(studio: Studio, world: World, owner: Pool, api: Api) -> Seeded:
    """A patient with marked rows and files, written through the API."""
    gym = studio.organization
    plan = await enrolled(owner, world, gym=gym)
    patient = gym.member
    name = f"UPDATE users SET name = '{MARK} Name', email = '{MARK}{uuid4()}@kinegraph.example' WHERE id = $1"
    await owner.execute(name, patient.id)
    seeded = Seeded(studio, plan)
    await consent_to_conditions(api, gym, patient, "knee_pain")
    sent = plan.log(15, notes=f"{MARK} log", painScore=7, clientId=f"{MARK} client")
    (stored,) = (await api.run(SEND_BRIEFLY, patient, logs=[sent]))["logExercises"]["logs"]
    await api.run(CORRECT, patient, input={"id": stored["id"], "notes": "Better", "reason": f"{MARK} reason"})
    await respond(api, plan, await world.exercise_id("back-squat"))
    (assignment,) = await assigned(api, gym.coach, studio.workout, patient)
    files = [await studio.uploaded(picture(), patient, filename=f"{MARK}.png") for _ in range(2)]
    mine = await api.run(ADD, patient, input=studio.comment(files[0], body=f"{MARK} comment"))
    comment = mine["addComment"]["comment"]["id"]
    reply = {"movementId": studio.movement, "body": "Rest a day.", "parentCommentId": comment}
    seeded.reply = (await api.run(ADD, gym.coach, input=reply))["addComment"]["comment"]["id"]
    await api.run(ADD, patient, input={"movementId": studio.movement, "body": f"{MARK} alone"})
    await api.run(RECORD, patient, input=result(assignment, notes=f"{MARK} result"))
    await consent(api, gym, patient, level=3, biometric=1)
    exercise = await world.exercise_id("back-squat")
    await api.run(POSE, patient, input=poses(gym, exercise, frame(), planExerciseId=plan.exercise()))
    await api.run(MEDIA, patient, input=batch(gym, events=[event(exercise, player=f"{MARK} player")]))
    await api.run(ERRORS, patient, input=batch(gym, errors=[failure(exercise, message=f"{MARK} message")]))
    headers = {"Authorization": f"Bearer {patient.token}", "Idempotency-Key": f"{MARK}-key"}
    body = {"query": SEND_BRIEFLY, "variables": {"logs": [plan.log(3, notes=f"{MARK} keyed")]}}
    assert (await api.client.post("/graphql", json=body, headers=headers)).status_code == 200
    await api.run("query ($id: ID!) { node(id: $id) { ... on Enrollment { startsOn logs { nodes { notes } } } } }",
                  gym.coach, id=str(plan.id))  # fmt: skip
    return seeded


async def respond(api: Api, plan: Enrolled, exercise: str) -> None:
    """Accept the proposal that the patient's painful log has made: less of the same exercise, with marked texts."""
    found = await api.run(PROPOSALS, plan.gym.coach, id=str(plan.id))
    (proposal,) = found["enrollment"]["regressionProposals"]["nodes"]
    texts = {"reason": f"{MARK} hurts", "notes": f"{MARK} slowly"}
    await api.run(ACCEPT, plan.gym.coach, input={"id": proposal["id"], "exerciseId": exercise, **texts})


async def remaining(database: Database, patient: Person) -> dict[str, int]:
    """The number of rows in which something of the patient is found, by table."""
    async with database.read(store.act_for_privacy) as session:
        return dict(await store.remains(session, [MARK, str(patient.id)]))


def settings(database_url: str, redis_url: str, home: Path) -> dict[str, str]:
    """The environment of the command."""
    return environment(database_url, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_HOME=str(home))


async def test_an_erased_person_is_found_nowhere(
    seeded: Seeded, database: Database, database_url: str, redis_url: str, home: Path, api: Api, log: io.StringIO
) -> None:
    """Every table, the files, Redis and the logs are searched; the audit trail holds, and others' replies stay."""
    patient, gym, env = seeded.patient, seeded.gym, settings(database_url, redis_url, home)
    async with database.write(store.act_for_privacy) as session:
        await store_erasing.renew_statistics(session)  # as autovacuum does at any time
    before = await remaining(database, patient)
    assert {"users", "exercise_logs", "exercise_log_revisions", "exercise_comments", "assignment_results"} <= set(
        before
    )
    assert set(before) > {"pg_stats", "regression_proposals", "exercise_substitutions"}
    assert set(before) > {"pose_frames", "pose_sessions", "media_events", "playback_errors"}
    assert any(MARK in key for key in stored_files(home))
    preview = run("privacy", "erase", "--user", str(patient.id), env=env)
    assert (preview.returncode, preview.stdout.splitlines()[-1]) == (0, "Nothing was erased; add --yes.")
    assert await remaining(database, patient) == before
    done = run("privacy", "erase", "--user", str(patient.id), "--yes", env=env)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert await remaining(database, patient) == {}
    assert [key for key in stored_files(home) if MARK in key] == []
    client = Redis.from_url(redis_url)
    keys = [key.decode() for key in await client.keys("*")]
    folder = Path(str((await client.config_get("dir"))["dir"])) / "appendonlydir"
    await client.aclose()
    assert [path.name for path in folder.iterdir() if str(patient.id).encode() in path.read_bytes()] == []
    assert [key for key in keys if str(patient.id) in key or MARK in key] == []
    assert MARK not in log.getvalue()
    async with database.read(audit.act_as_auditor) as session:
        assert [each.breaks for each in await audit.chains(session) if each.organization_id == gym.id] == [0]
    assert run("privacy", "verify", env=env).returncode == 0
    read = "query ($id: ID!) { node(id: $id) { ... on Comment { body } } }"
    assert (await api.run(read, gym.coach, id=seeded.reply))["node"] == {"body": "Rest a day."}
    body = (await api.post("{ viewer { user { id } } }", patient)).json()
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"]


async def test_the_preview_warns_of_an_organization_whose_only_owner_would_be_erased(
    seeded: Seeded, database_url: str, redis_url: str, home: Path
) -> None:
    """The only owner is named with the organization; a coach of it, and one of two owners, are not."""
    env = settings(database_url, redis_url, home)
    owner, coach = [run("privacy", "erase", "--user", str(each.id), env=env).stdout for each in
                    (seeded.gym.owner, seeded.gym.coach)]  # fmt: skip
    warning = f"Warning: {seeded.gym.slug} has no other owner; its members stay, and nobody can read its audit trail."
    assert (warning in owner.splitlines(), "Warning" in coach) == (True, False)


async def test_totals_of_erased_patients_are_retained(
    seeded: Seeded, owner: Pool, database_url: str, redis_url: str, home: Path
) -> None:
    """How much was prescribed, done and logged stays by organization and exercise, without the person."""
    count = """SELECT coalesce(sum(t.logs[width_bucket(current_date, t.days)]), 0) FROM adherence_totals t
               WHERE t.patient_id = $1"""
    logged = await owner.fetchval(count, seeded.patient.id)
    done = run(
        "privacy", "erase", "--user", str(seeded.patient.id), "--yes", env=settings(database_url, redis_url, home)
    )
    assert done.returncode == 0, done
    retained = await owner.fetchrow(
        "SELECT sum(logs) AS logs, max(patients) AS patients FROM erased_totals WHERE organization_id = $1",
        seeded.gym.id,
    )
    assert retained is not None
    assert (retained.logs, retained.patients) == (logged, 1)
    assert logged == 2


async def test_an_export_has_everything_that_is_erased(
    seeded: Seeded, database: Database, database_url: str, redis_url: str, home: Path, tmp_path: Path
) -> None:
    """Each table with a mark of the person is in the export with as many rows, and so are the files."""
    output = tmp_path / "export"
    env = settings(database_url, redis_url, home)
    done = run("privacy", "export", "--user", str(seeded.patient.id), "--output", str(output), env=env)
    assert (done.returncode, done.stderr) == (0, ""), done
    found: dict[str, list[Any]] = json.loads((output / "person.json").read_text())
    marked = {table: sum(MARK in json.dumps(row) for row in rows) for table, rows in found.items()}
    assert (marked["users"], marked["exercise_logs"], marked["exercise_log_revisions"]) == (1, 2, 1)
    assert (marked["assignment_results"], marked["exercise_comments"], marked["uploads"]) == (1, 4, 2)  # two are copies
    assert [row["kind"] for row in found["patient_consents"]].count("telemetry") == 1
    assert {row["action"] for row in found["audit_entries"]} == {"read", "change"}
    files = [path for path in output.rglob("*.png") if MARK in path.name]
    assert [path.read_bytes() for path in files] == [picture()] * len(files)
    assert len(files) >= 2
    (log, *_), (pose,) = found["exercise_logs"], found["pose_frames"]
    assert (log["exercise_name"], found["enrollments"][0]["plan_title"]) == ("Back Squat", "Knee programme")
    assert pose["landmarks"] == [0.5, 0.5, 0.5, 1.0] * 33
    summary = (output / "summary.txt").read_text().splitlines()
    assert summary[0].startswith(f"Data of {MARK} Name ({MARK}")
    assert "2 logs from " in next(line for line in summary if line.startswith("Enrolled in Knee programme from "))
    again = run("privacy", "export", "--user", str(seeded.patient.id), "--output", str(output), env=env)
    assert again.returncode == 1
    unknown = run("privacy", "export", "--email", "nobody@kinegraph.example", "--output", str(output), env=env)
    assert unknown.stderr == "kinegraph: No user has the e-mail address nobody@kinegraph.example.\n"


async def test_an_export_names_the_rows_of_others_that_have_the_person_in_json(
    api: Api, world: World, database: Database
) -> None:
    """Who suggested a video or overrode a value stands in JSON: the export has table, column and id of the row."""
    gym = await world.organization()
    exercise = await world.exercise_id("back-squat")
    video = f"https://videos.example/{uuid4()}.mp4"
    suggested = "mutation ($id: ID!, $url: String!) { suggestExerciseVideo(exerciseId: $id, url: $url) { __typename } }"
    await api.run(suggested, gym.coach, id=exercise, url=video)
    await upsert(api, gym, exercise, name="Squat")
    async with database.read(store.act_for_privacy) as session:
        found = (await store_export.everything(session, gym.coach.id))["references"]
    by_column = {(each["table"], each["column"]): each["ids"] for each in found}
    assert by_column["exercises", "video_candidates"] == [exercise]
    assert len(by_column["exercise_org_overrides", "changes"]) == 1


async def test_what_an_erased_coach_wrote_for_others_stays(
    seeded: Seeded, database: Database, owner: Pool, api: Api, database_url: str, redis_url: str, home: Path
) -> None:
    """Workouts, published versions and enrollments of others stay, of nobody who is known; the patient's logs too."""
    gym, coach = seeded.gym, seeded.gym.coach
    done = run("privacy", "erase", "--user", str(coach.id), "--yes", env=settings(database_url, redis_url, home))
    assert (done.returncode, done.stderr) == (0, ""), done
    async with database.read(store.act_for_privacy) as session:
        assert dict(await store.remains(session, [str(coach.id), coach.email])) == {}
    read = "query ($id: ID!) { workout(id: $id) { title author { name } } }"
    assert (await api.run(read, gym.owner, id=seeded.studio.workout))["workout"]["author"]["name"] == "Former member"
    published = "SELECT published_by_id FROM plan_versions WHERE id = $1"
    assert await owner.fetchval(published, seeded.plan.version.id) == ERASED_USER
    logs = "SELECT count(*) FROM exercise_logs WHERE patient_id = $1"
    assert await owner.fetchval(logs, seeded.patient.id) == 2

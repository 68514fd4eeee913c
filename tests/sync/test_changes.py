"""The change feed has everything that a patient's app shows, and then each change of it, once."""

from datetime import timedelta
from typing import Any  # values of columns, and of logs
from uuid import UUID

import pytest

from tests.assignment.snapshots import ASSIGN, UPDATE_FOR, assignment
from tests.conftest import Api, Organization, Person, World
from tests.library.documents import UPSERT, target
from tests.logbook.documents import CORRECT, DELETE, SEND, Enrolled, enrolled, move, pause
from tests.patient.documents import CONSENT, written
from tests.patient.documents import UPDATE as UPDATE_PATIENT
from tests.response.clinic import ACCEPT, END, PROPOSALS
from tests.sync.documents import App
from tests.treatment import store_enrollment, store_version
from tests.workout.documents import UPDATE, Pool, create, movement, section

pytestmark = pytest.mark.own_database  # canonical exercises are edited

SET_MEMBERSHIP = "UPDATE memberships SET deleted_at = {} WHERE user_id = $1 AND organization_id = $2"


@pytest.fixture
async def plan(owner: Pool, world: World) -> Enrolled:
    """A patient with an enrollment, in an organization of its own."""
    return await enrolled(owner, world)


@pytest.fixture
async def app(api: Api, plan: Enrolled) -> App:
    """An app of the patient that has everything."""
    app = App(api, plan.patient)
    await app.sync()
    return app


async def end_membership(owner: Pool, gym: Organization, person: Person) -> None:
    """End a membership, as the command line does."""
    await owner.execute(SET_MEMBERSHIP.format("now()"), person.id, gym.id)


async def join_again(owner: Pool, gym: Organization, person: Person) -> None:
    """Begin a membership again."""
    await owner.execute(SET_MEMBERSHIP.format("NULL"), person.id, gym.id)


async def sent_log(api: Api, plan: Enrolled, **values: Any) -> str:
    """Send a log as the patient. Returns its id."""
    made = await api.run(SEND, plan.patient, logs=[plan.log(**values)])
    id: str = made["logExercises"]["logs"][0]["id"]
    return id


async def canonical(owner: Pool, id: str, **values: Any) -> None:
    """Edit a canonical exercise, as a platform admin does."""
    for column, value in values.items():
        await owner.execute(f"UPDATE exercises SET {column} = $2, updated_at = now() WHERE id = $1", UUID(id), value)


async def test_a_new_app_gets_everything_that_the_patient_sees_and_then_nothing(api: Api, plan: Enrolled) -> None:
    """Enrollment, version with its sessions, its exercises, logs: each once, in pages of any size."""
    log = await sent_log(api, plan, painScore=2)
    for size in (1, 2, 3, 500, None):
        app = App(api, plan.patient)
        got = await app.sync(size)
        assert [each[:2] for each in got] == [
            *(("UPSERT", "EffectiveExercise"),) * 2,
            ("UPSERT", "Enrollment"),
            ("UPSERT", "ExerciseLog"),
            ("UPSERT", "PlanVersion"),
        ]
        assert len(set(got)) == 5
        assert app.objects[log]["painScore"] == 2
        (version,) = app.of("PlanVersion")
        assert version["id"] == str(plan.version.id)
        assert len(version["sessions"]) == 5
        assert {each["name"] for each in app.of("EffectiveExercise")} == {"Back Squat", "Clamshell"}
        assert await app.sync() == []


async def test_enrollment_changes_with_its_pauses_moves_and_plan(app: App, plan: Enrolled, owner: Pool) -> None:
    await pause(owner, plan, 30, 31)
    assert await app.sync() == [("UPSERT", "Enrollment", str(plan.id))]
    assert app.of("Enrollment")[0]["pauses"] == [{"from": plan.day(30), "to": plan.day(31)}]
    await owner.execute("UPDATE treatment_plans SET status = 'archived' WHERE id = $1", plan.version.plan_id)
    assert await app.sync() == [("UPSERT", "Enrollment", str(plan.id))]
    assert app.of("Enrollment")[0]["plan"]["status"] == "ARCHIVED"


async def test_a_title_that_is_not_published_is_no_change_and_is_not_shown(
    app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    """With the version that has it, all enrollments of the patient in the plan change."""
    title = app.of("Enrollment")[0]["plan"]["title"]
    await owner.execute("UPDATE treatment_plans SET title = 'Secret' WHERE id = $1", plan.version.plan_id)
    assert await app.sync() == []
    exercises = {(1, 1): [await world.exercise_id("back-squat")]}
    later = await store_version(owner, plan.gym, exercises, plan_id=plan.version.plan_id, title="Knees")
    assert await app.sync() == []
    assert (await fresh(app)).of("Enrollment")[0]["plan"]["title"] == title
    end = "UPDATE enrollments SET status = 'completed', ended_on = $2 WHERE id = $1"
    await owner.execute(end, plan.id, plan.starts_on + timedelta(days=7))
    await app.sync()
    second = await store_enrollment(owner, plan.gym, later, plan.patient, plan.starts_on + timedelta(days=7))
    changed = {id for kind, name, id in await app.sync() if (kind, name) == ("UPSERT", "Enrollment")}
    assert changed == {str(plan.id), str(second)}
    assert {each["plan"]["title"] for each in app.of("Enrollment")} == {"Knees"}


async def test_the_patient_comes_with_calendar_language_and_consents_on_which_what_is_due_depends(
    api: Api, app: App, plan: Enrolled, owner: Pool
) -> None:
    """It is reported once something is stored, with each change, also by a coach, and goes with the membership."""
    id = f"patient:{plan.gym.id}:{plan.patient.id}"
    assert app.of("Patient") == []
    await written(api, UPDATE_PATIENT, plan.gym.coach, plan.gym, plan.patient, timeZone="Asia/Jerusalem")
    assert await app.sync() == [("UPSERT", "Patient", id)]
    assert app.objects[id]["timeZone"] == "Asia/Jerusalem"
    await written(api, CONSENT, plan.patient, plan.gym, plan.patient, kind="TELEMETRY", level=2)
    assert await app.sync() == [("UPSERT", "Patient", id)]
    assert app.objects[id]["consentLevel"] == 2
    assert (await fresh(app)).objects == app.objects
    await end_membership(owner, plan.gym, plan.patient)
    assert ("TOMBSTONE", "Patient", id) in await app.sync()
    await join_again(owner, plan.gym, plan.patient)
    assert ("UPSERT", "Patient", id) in await app.sync()


async def test_an_exercise_that_is_discontinued_is_sent_again_and_says_so(
    app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    """The version that has it is not: apps take `isDiscontinued` from the exercise."""
    squat = await world.exercise_id("back-squat")
    id = f"{plan.gym.id}:{squat}"
    assert app.objects[id]["isDiscontinued"] is False
    for status, is_discontinued in (("archived", True), ("published", False)):
        await canonical(owner, squat, status=status)
        assert await app.sync() == [("UPSERT", "EffectiveExercise", id)]
        assert app.objects[id]["isDiscontinued"] is is_discontinued


async def test_a_move_brings_the_new_version_with_its_exercises_and_leaves_the_old_one(
    app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    bird_dog = await world.exercise_id("bird-dog")
    later = await store_version(owner, plan.gym, {(1, 1): [bird_dog]}, plan_id=plan.version.plan_id)
    assert await app.sync() == []
    await move(owner, plan, later, 25)
    assert await app.sync() == [
        ("UPSERT", "EffectiveExercise", f"{plan.gym.id}:{bird_dog}"),
        ("UPSERT", "Enrollment", str(plan.id)),
        ("UPSERT", "PlanVersion", str(later.id)),
    ]
    assert [each["id"] for each in app.of("PlanVersion")] == sorted([str(plan.version.id), str(later.id)])


async def test_logs_come_with_corrections_and_go_when_deleted(api: Api, app: App, plan: Enrolled) -> None:
    id = await sent_log(api, plan, painScore=3)
    assert await app.sync() == [("UPSERT", "ExerciseLog", id)]
    await api.run(CORRECT, plan.gym.coach, input={"id": id, "painScore": 5, "reason": "Told on the phone."})
    assert await app.sync() == [("UPSERT", "ExerciseLog", id)]
    assert app.objects[id]["painScore"] == 5
    await api.run(DELETE, plan.patient, input={"id": id})
    assert await app.sync() == [("TOMBSTONE", "ExerciseLog", id)]
    assert app.of("ExerciseLog") == []
    assert ("TOMBSTONE", "ExerciseLog", id) not in await App(api, plan.patient).sync()


async def test_exercises_change_by_canonical_edits_and_by_overrides_of_the_own_organization(
    api: Api, app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    """An edit of a canonical exercise writes one row, however many patients see it."""
    squat = await world.exercise_id("back-squat")
    rows = await owner.fetchval("SELECT count(*) FROM sync_changes")
    await canonical(owner, squat, cues=["Stand tall"])
    assert await app.sync() == [("UPSERT", "EffectiveExercise", f"{plan.gym.id}:{squat}")]
    assert app.objects[f"{plan.gym.id}:{squat}"]["cues"] == ["Stand tall"]
    assert await owner.fetchval("SELECT count(*) FROM sync_changes") == rows
    await canonical(owner, await world.exercise_id("bird-dog"), cues=["Reach"])
    other = await world.organization()
    for gym, got in ((other, []), (plan.gym, [("UPSERT", "EffectiveExercise", f"{plan.gym.id}:{squat}")])):
        values = {"name": "Goblet"}
        await api.run(UPSERT, gym.coach, **target(squat, gym), overrides=values)
        assert await app.sync() == got
    assert app.objects[f"{plan.gym.id}:{squat}"]["name"] == "Goblet"


async def test_assignments_come_with_their_workout_and_its_exercises(
    api: Api, app: App, plan: Enrolled, world: World, owner: Pool
) -> None:
    """Edits of the library workout and of the snapshot, the fork, and taking it back."""
    bird_dog = await world.exercise_id("bird-dog")
    workout = await create(api, plan.gym, section(movement(bird_dog)), title="Core")
    assert await app.sync() == []
    made = await api.run(ASSIGN, plan.gym.coach, input=assignment(workout["id"], plan.patient))
    id = made["assignWorkout"]["assignments"][0]["id"]
    exercise = ("UPSERT", "EffectiveExercise", f"{plan.gym.id}:{bird_dog}")
    change = ("UPSERT", "WorkoutAssignment", id)
    assert await app.sync() == [exercise, change]
    await api.run(UPDATE, plan.gym.coach, id=workout["id"], input={"title": "Trunk"})
    assert await app.sync() == [exercise, change]
    assert app.objects[id]["workout"]["title"] == "Trunk"
    await api.run(UPDATE_FOR, plan.gym.coach, **{"id": workout["id"], "for": id, "input": {"title": "Hers"}})
    assert await app.sync() == [exercise, change]
    assert (app.objects[id]["workout"]["title"], app.objects[id]["isForked"]) == ("Hers", True)
    await api.run(UPDATE, plan.gym.coach, id=workout["id"], input={"title": "Others'"})
    assert await app.sync() == []
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE id = $1", UUID(id))
    assert await app.sync() == [("TOMBSTONE", "WorkoutAssignment", id)]
    assert app.shown() == (await fresh(app)).shown()


async def fresh(app: App) -> App:
    """A new app of the same person that has everything."""
    other = App(app.api, app.person)
    await other.sync()
    return other


async def test_the_end_of_a_membership_removes_everything_and_a_new_one_brings_it_back(
    api: Api, app: App, plan: Enrolled, owner: Pool
) -> None:
    log = await sent_log(api, plan)
    await app.sync()
    before = dict(app.objects)
    await end_membership(owner, plan.gym, plan.patient)
    got = await app.sync()
    assert len(got) == len(before) == 5
    assert {each[0] for each in got} == {"TOMBSTONE"}
    assert app.objects == {}
    assert await App(api, plan.patient).sync() == []
    await owner.execute("UPDATE exercise_logs SET notes = 'late' WHERE id = $1", UUID(log))
    assert await app.sync() == [("TOMBSTONE", "ExerciseLog", log)]
    await join_again(owner, plan.gym, plan.patient)
    assert len(await app.sync()) == 5
    before[log]["notes"] = "late"
    assert app.objects == before


async def test_a_patient_of_two_organizations_has_both_views_of_an_exercise(
    api: Api, app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    other = await world.organization()
    await world.join(other.id, "member", plan.patient)
    other.member = plan.patient
    second = await enrolled(owner, world, gym=other)
    got = await app.sync()
    assert len(got) == 4
    squat = await world.exercise_id("back-squat")
    await api.run(UPSERT, other.coach, **target(squat, other), overrides={"name": "Front Squat"})
    assert await app.sync() == [("UPSERT", "EffectiveExercise", f"{other.id}:{squat}")]
    assert app.objects[f"{other.id}:{squat}"]["name"] == "Front Squat"
    assert app.objects[f"{plan.gym.id}:{squat}"]["name"] == "Back Squat"
    await end_membership(owner, other, plan.patient)
    assert len(await app.sync()) == 4
    assert {each["id"] for each in app.of("Enrollment")} == {str(plan.id)} != {str(second.id)}


async def test_a_substitution_changes_the_enrollment_and_brings_its_exercise(
    api: Api, app: App, plan: Enrolled, owner: Pool, world: World
) -> None:
    """Logs alone bring no proposal; the substitute goes with the membership, and comes back with it."""
    box = await world.exercise_id("box-squat")
    view = f"{plan.gym.id}:{box}"
    log = await sent_log(api, plan, number=20, painScore=8)
    assert await app.sync() == [("UPSERT", "ExerciseLog", log)]
    found = await api.run(PROPOSALS, plan.gym.coach, id=str(plan.id))
    given = {"id": found["enrollment"]["regressionProposals"]["nodes"][0]["id"], "exerciseId": box}
    accepted = (await api.run(ACCEPT, plan.gym.coach, input=given))["acceptRegression"]["proposal"]
    assert await app.sync() == [("UPSERT", "EffectiveExercise", view), ("UPSERT", "Enrollment", str(plan.id))]
    (shown,) = app.of("Enrollment")[0]["substitutions"]
    assert (shown["exercise"]["exerciseId"], shown["substitute"]["exerciseId"]) == (
        await world.exercise_id("back-squat"),
        box,
    )
    ended = {"id": accepted["substitution"]["id"]}
    await api.run(END, plan.gym.coach, input=ended)
    assert ("UPSERT", "Enrollment", str(plan.id)) in await app.sync()
    await end_membership(owner, plan.gym, plan.patient)
    assert ("TOMBSTONE", "EffectiveExercise", view) in await app.sync()
    assert app.objects == {}
    await join_again(owner, plan.gym, plan.patient)
    assert ("UPSERT", "EffectiveExercise", view) in await app.sync()


async def test_others_get_nothing_of_it(api: Api, plan: Enrolled, world: World) -> None:
    """Coaches, other members and strangers have their own feeds alone."""
    other = await world.organization()
    for person in (plan.gym.coach, plan.gym.owner, other.member, await world.person()):
        assert await App(api, person).sync() == []

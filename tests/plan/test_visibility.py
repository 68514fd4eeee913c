"""Patients see the versions of their enrollments and no working copy; other organizations see nothing of a plan."""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import Api, Organization, World
from tests.enrollment.documents import MOVE, written
from tests.plan.documents import (
    READ,
    UPDATE,
    VERSIONS,
    Pool,
    create,
    edit,
    exercise,
    mutation,
    publish,
    read,
    session,
)
from tests.treatment import StoredVersion, store_enrollment


async def test_a_patient_sees_the_versions_of_their_enrollments_and_no_working_copy(
    api: Api, world: World, owner: Pool, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    first = await publish(api, gym, plan["id"])
    await edit(api, UPDATE, gym.coach, id=plan["id"], title="Second")
    await publish(api, gym, plan["id"])
    patient, other = await world.join(gym.id, "member"), await world.join(gym.id, "member")
    version = StoredVersion(UUID(plan["id"]), UUID(first["version"]["id"]), {})
    await store_enrollment(owner, gym, version, patient, date(2026, 1, 5))
    found = (await api.run(VERSIONS, patient, id=plan["id"]))["treatmentPlan"]
    assert (found["sessions"], found["currentVersion"], found["hasUnpublishedChanges"]) == ([], None, None)
    assert [each["number"] for each in found["versions"]] == [1]
    assert found["versions"][0]["sessions"][0]["exercises"][0]["sets"] == 3
    assert (await api.run(VERSIONS, other, id=plan["id"]))["treatmentPlan"] is None
    listed = "query ($id: ID!) { organization(id: $id) { treatmentPlans { totalCount nodes { id } } } }"
    for person, count in ((patient, 1), (other, 0)):
        page = (await api.run(listed, person, id=str(gym.id)))["organization"]["treatmentPlans"]
        assert page == {"totalCount": count, "nodes": [{"id": plan["id"]}] * count}
    diff = "query ($id: ID!, $to: Int) { treatmentPlan(id: $id) { diff(from: 1, to: $to) { changeCount } } }"
    for to in (2, None):
        body = (await api.post(diff, patient, id=plan["id"], to=to)).json()
        assert [each["extensions"]["code"] for each in body["errors"]] == ["NOT_FOUND"]
    assert await api.refusals(UPDATE, patient, input={"id": plan["id"]}) == [("FORBIDDEN", ["input", "id"])]


async def test_patients_see_title_description_and_weeks_of_the_version_that_they_were_assigned_last(
    api: Api, world: World, owner: Pool, gym: Organization, squat: str
) -> None:
    """Nothing of the working copy reaches them: by the plan, by the enrollment, by lists, their order and filters."""
    plan = await create(api, gym, session(1, 1, exercise(squat)), title="Alpha", description="First")
    first = await publish(api, gym, plan["id"])
    await edit(api, UPDATE, gym.coach, id=plan["id"], title="Beta", description="Second", weeks=9)
    second = await publish(api, gym, plan["id"])
    await edit(api, UPDATE, gym.coach, id=plan["id"], title="Secret", description="Not yet", weeks=10)
    patient = await world.join(gym.id, "member")
    version = StoredVersion(UUID(plan["id"]), UUID(first["version"]["id"]), {})
    id = await store_enrollment(owner, gym, version, patient, date(2026, 1, 5))
    other = await create(api, gym, session(1, 1, exercise(squat)), title="Kappa")
    others = StoredVersion(UUID(other["id"]), UUID((await publish(api, gym, other["id"]))["version"]["id"]), {})
    await store_enrollment(owner, gym, others, patient, date(2026, 1, 5))
    document = """query ($plan: ID!, $id: ID!, $gym: ID!, $title: String) {
      treatmentPlan(id: $plan) { title description weeks }
      enrollment(id: $id) { plan { title description weeks } }
      organization(id: $gym) {
        treatmentPlans(filter: {title: $title}, sort: TITLE_ASC, first: 1) { totalCount nodes { title } }
      }
    }"""
    ids = {"plan": plan["id"], "id": str(id), "gym": str(gym.id)}
    alpha = {"title": "Alpha", "description": "First", "weeks": 8}
    found = await api.run(document, patient, **ids)
    assert found["treatmentPlan"] == found["enrollment"]["plan"] == alpha
    assert found["organization"]["treatmentPlans"] == {"totalCount": 2, "nodes": [{"title": "Alpha"}]}
    secret = (await api.run(document, patient, **ids, title="Secret"))["organization"]["treatmentPlans"]
    assert secret == {"totalCount": 0, "nodes": []}
    coach = await api.run(document, gym.coach, **ids, title="Secret")
    assert coach["enrollment"]["plan"] == {"title": "Secret", "description": "Not yet", "weeks": 10}
    assert coach["organization"]["treatmentPlans"] == {"totalCount": 1, "nodes": [{"title": "Secret"}]}
    await written(api, MOVE, gym.coach, id=id, versionId=second["version"]["id"])
    moved = await api.run(document, patient, **ids)
    assert moved["treatmentPlan"] == {"title": "Beta", "description": "Second", "weeks": 9}


async def test_nothing_of_a_plan_is_seen_or_written_by_another_organization(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    plan, stranger = await create(api, gym, session(1, 1, exercise(squat))), (await world.organization()).owner
    version = (await publish(api, gym, plan["id"]))["version"]["id"]
    one = plan["sessions"][0]
    ids = [plan["id"], version, one["id"], one["exercises"][0]["id"]]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await api.run(nodes, stranger, ids=ids))["nodes"] == [None] * 4
    assert (await api.run(nodes, gym.coach, ids=ids))["nodes"] == [{"id": id} for id in ids]
    assert (await api.run(READ, stranger, id=plan["id"]))["treatmentPlan"] is None
    rows = {"planId": plan["id"], "sessionId": one["id"], "planExerciseId": one["exercises"][0]["id"]}
    for name, input in (
        ("updateTreatmentPlan", {"id": plan["id"]}),
        ("duplicateTreatmentPlan", {"planId": plan["id"]}),
        ("publishTreatmentPlan", {"id": plan["id"]}),
        ("archiveTreatmentPlan", {"id": plan["id"]}),
        ("restoreTreatmentPlan", {"id": plan["id"]}),
        ("addPlanSession", {"planId": plan["id"], "week": 1, "day": 1}),
        ("updatePlanSession", {"id": rows["sessionId"]}),
        ("movePlanSession", {"sessionId": rows["sessionId"]}),
        ("removePlanSession", {"sessionId": rows["sessionId"]}),
        ("addPlanExercise", {"sessionId": rows["sessionId"], "exerciseId": squat, "sets": 1}),
        ("updatePlanExercise", {"id": rows["planExerciseId"]}),
        ("movePlanExercise", {"planExerciseId": rows["planExerciseId"]}),
        ("removePlanExercise", {"planExerciseId": rows["planExerciseId"]}),
    ):
        refused = await api.refusals(mutation(name, "plan { id }"), stranger, input=input)
        assert refused == [("NOT_FOUND", ["input", next(iter(input))])], name


async def test_another_organization_writes_nothing_of_a_plan_by_row_level_security_alone(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    plan, stranger = await create(api, gym, session(1, 1, exercise(squat))), await world.organization()
    async with world.writing_as(stranger.owner) as writing:
        for table in ("treatment_plans", "treatment_plan_sessions", "treatment_plan_session_exercises"):
            assert await writing.run(f"UPDATE {table} SET updated_at = now()") == 0
            assert await writing.run(f"DELETE FROM {table}") == 0
    for table, values in (
        ("treatment_plans", {"author_id": stranger.owner.id, "title": "T", "weeks": 1}),
        ("treatment_plan_sessions", {"plan_id": plan["id"], "week": 1, "day": 2}),
        ("plan_versions", {"plan_id": plan["id"], "number": 9, "title": "T", "weeks": 1,
                           "published_by_id": stranger.owner.id}),
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(stranger.owner) as writing:
                await writing.insert(table, {"organization_id": gym.id, **values})
    assert await read(api, gym.coach, plan["id"]) == plan

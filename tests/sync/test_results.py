"""Results of assignments come with the change feed."""

from tests.conftest import Api, World
from tests.result.documents import kg, planned, recorded, sets_recorded
from tests.sync.documents import App


async def test_results_come_when_they_are_recorded_and_when_their_sets_change(api: Api, world: World) -> None:
    """Recording completes the assignment, which gets its snapshot; sets that are sent later change the result."""
    gym, workout, assignment = await planned(api, world, "WEIGHT")
    app = App(api, gym.member)
    assert [each[:2] for each in await app.sync()] == [("UPSERT", "EffectiveExercise"), ("UPSERT", "WorkoutAssignment")]
    result = await recorded(api, gym.member, assignment, score={"weight": kg(100)}, notes="Heavy.")
    got = await app.sync()
    assert ("UPSERT", "AssignmentResult", result["id"]) in got
    assert ("UPSERT", "WorkoutAssignment", assignment) in got
    assert app.objects[result["id"]]["notes"] == "Heavy."
    assert app.objects[assignment]["assigned"] == "COMPLETED"
    assert app.objects[assignment]["workout"]["id"] != workout["id"]
    movement = app.objects[assignment]["workout"]["sections"][0]["movements"][0]["id"]
    await sets_recorded(api, gym.member, assignment, {"movementId": movement, "number": 1, "reps": 5})
    assert ("UPSERT", "AssignmentResult", result["id"]) in await app.sync()
    assert await app.sync() == []

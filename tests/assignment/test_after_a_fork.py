"""An athlete sees a forked assignment's snapshot and nothing of the library workout."""

from tests.assignment.snapshots import edited, planned
from tests.conftest import Api, World

BOTH = """query ($id: ID!, $library: ID!) {
  assignment(id: $id) {
    workout { id title forkedFrom { title } }
    libraryWorkout { id title isSnapshot sections { title } assignments { totalCount } }
  }
  node(id: $library) { id }
  workout(id: $library) { id }
}"""
RETITLE = """mutation ($id: ID!, $title: String!) {
  updateWorkout(id: $id, input: {title: $title}) { workout { id } userErrors { message } }
}"""


async def test_after_a_fork_an_athlete_sees_nothing_of_the_library_workout_through_the_assignment(
    api: Api, world: World
) -> None:
    organization, made, id = await planned(api, world, 1)
    before = (await api.run(BOTH, organization.member, id=id, library=made["id"]))["assignment"]
    assert before["libraryWorkout"]["id"] == before["workout"]["id"] == made["id"]
    await edited(api, organization.coach, made["id"], id)
    await api.run(RETITLE, organization.coach, id=made["id"], title="For others")
    shown = await api.run(BOTH, organization.member, id=id, library=made["id"])
    assert shown["node"] is shown["workout"] is shown["assignment"]["workout"]["forkedFrom"] is None
    library, snapshot = shown["assignment"]["libraryWorkout"], shown["assignment"]["workout"]
    assert library["id"] == snapshot["id"] and library["isSnapshot"] and library["title"] != "For others"
    coached = (await api.run(BOTH, organization.coach, id=id, library=made["id"]))["assignment"]
    assert (coached["libraryWorkout"]["id"], coached["libraryWorkout"]["title"]) == (made["id"], "For others")

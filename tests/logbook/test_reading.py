"""Reading the logs of an enrollment: by day, narrowed to days and exercises, in pages from both ends."""

from datetime import date

from tests.conftest import Api, Counter, World
from tests.identity.rows import Pool
from tests.logbook.documents import CORRECT, LOG, READ, Enrolled, enrolled, logged, read
from tests.treatment import store_log

OF_PLANS = (
    LOG
    + """query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Enrollment { id logs(first: 50) { totalCount nodes { ...Logged } } } }
}"""
)
REVISIONS = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  node(id: $id) { ... on ExerciseLog {
    revisions(first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { painScore } edges { cursor } pageInfo { hasNextPage hasPreviousPage }
    }
  } }
}"""


async def filled(owner: Pool, world: World, days: int) -> tuple[Enrolled, list[str]]:
    """An enrollment with two logs on each of so many days; the ids of the logs by day."""
    plan = await enrolled(owner, world)
    ids = []
    for number in range(1, days + 1):
        for index in (0, 1):
            exercise = plan.version.exercises[1, 1][index]
            day = date.fromisoformat(plan.day(number))
            ids.append(str(await store_log(owner, plan.gym, plan.id, plan.patient, exercise, day)))
    return plan, ids


async def test_logs_are_narrowed_to_days_and_to_an_exercise(api: Api, world: World, owner: Pool) -> None:
    """Both days are included; an exercise of the working copy stands for that of every version."""
    plan, ids = await filled(owner, world, 5)

    async def found(**arguments: str) -> list[str]:
        page = await read(api, plan.patient, plan, **arguments)
        assert page and page["totalCount"] == len(page["nodes"])
        return [each["id"] for each in page["nodes"]]

    assert await found() == ids
    assert await found(**{"from": plan.day(2), "to": plan.day(3)}) == ids[2:6]
    assert await found(**{"from": plan.day(5)}) == ids[8:]
    assert await found(to=plan.day(1)) == ids[:2]
    assert await found(exercise=plan.exercise(1)) == ids[1::2]
    source = await owner.fetchval("SELECT source_id FROM plan_version_exercises WHERE id = $1::uuid", plan.exercise(1))
    assert await found(exercise=str(source), to=plan.day(2)) == [ids[1], ids[3]]
    assert await found(exercise=str(plan.id)) == []


async def test_pages_meet_every_log_once_from_both_ends(api: Api, world: World, owner: Pool) -> None:
    """Pages by `after` and by `before` meet each log once, days with several logs too; `last` is for the newest."""
    plan, ids = await filled(owner, world, 4)
    for size, backwards in ((1, False), (3, False), (3, True)):
        met: list[str] = []
        cursor = None
        while True:
            arguments = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
            page = await read(api, plan.patient, plan, **arguments)
            assert page and page["totalCount"] == 8
            seen = [each["id"] for each in page["nodes"]]
            met = [*seen, *met] if backwards else [*met, *seen]
            if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
                break
            cursor = page["edges"][0 if backwards else -1]["cursor"]
        assert met == ids


async def test_bad_arguments_of_the_list_are_refused_with_their_path(api: Api, world: World, owner: Pool) -> None:
    """Days in the wrong order, an id that is none, sizes and cursors that are none."""
    plan, _ = await filled(owner, world, 1)
    for arguments, path in (
        ({"from": plan.day(2), "to": plan.day(1)}, ["to"]),
        ({"exercise": "nonsense"}, ["planExerciseId"]),
        ({"first": 101}, ["first"]),
        ({"after": "nonsense"}, ["after"]),
    ):
        body = (await api.post(READ, plan.patient, id=str(plan.id), **arguments)).json()
        (error,) = body["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", path)


async def test_revisions_are_read_in_pages_oldest_first(api: Api, world: World, owner: Pool) -> None:
    """Three corrections are three revisions, in the order in which they were made, from both ends."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=0))
    for score in (1, 2, 3):
        await api.run(CORRECT, plan.patient, input={"id": made["id"], "painScore": score})

    async def found(**arguments: object) -> tuple[list[int], str]:
        page = (await api.run(REVISIONS, plan.gym.coach, id=made["id"], **arguments))["node"]["revisions"]
        assert page["totalCount"] == 3
        return [each["painScore"] for each in page["nodes"]], page["edges"][0]["cursor"]

    assert (await found())[0] == [0, 1, 2]
    scores, cursor = await found(first=1)
    assert scores == [0]
    assert (await found(after=cursor))[0] == [1, 2]
    scores, cursor = await found(last=1)
    assert scores == [2]
    assert (await found(last=5, before=cursor))[0] == [0, 1]


async def test_logs_of_many_enrollments_take_as_many_statements_as_those_of_one(
    counter: Counter, world: World, owner: Pool
) -> None:
    """The pages of logs, with all their edges, are read by one statement for each edge."""
    counts = []
    for size in (1, 4):
        plans = [await filled(owner, world, size) for _ in range(size)]
        member = plans[0][0].gym.coach
        for plan, _ in plans[1:]:
            await world.join(plan.gym.id, "coach", member)
        with counter.counting() as statements:
            found = await counter.api.run(OF_PLANS, member, ids=[str(plan.id) for plan, _ in plans])
        assert [each["logs"]["totalCount"] for each in found["nodes"]] == [2 * size] * size
        counts.append(len(statements))
    assert counts[0] == counts[1], counts

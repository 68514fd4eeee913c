"""Random batches, with duplicates, sent again and in any order, end equal to a plain model."""

from typing import Any  # inputs are JSON

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.logbook.documents import DELETE, SEND, Enrolled, enrolled, read

CLIENT_IDS, DAYS, SCORES = ("a", "b", "c", "d"), (0, 1, 2, 9, 14, 15), (None, 4, 11)
"""Days 0 and 15 are outside of the plan, day 9 is paused; a pain of 11 is out of bounds."""
ENTRY = st.tuples(st.sampled_from(CLIENT_IDS), st.sampled_from((0, 1)), st.sampled_from(DAYS), st.sampled_from(SCORES))
BATCH = st.lists(ENTRY, min_size=1, max_size=4)
AGAIN = st.integers(0, 5)
DELETION = st.tuples(st.just("delete"), st.sampled_from(CLIENT_IDS))
"""A batch, the number of one that was sent before, or the deletion of a log."""

Entry = tuple[str, int, int, int | None]


class Model:
    """The logs that should be stored, by their clients' ids, with those that were deleted."""

    def __init__(self) -> None:
        self.stored: dict[str, Entry] = {}
        self.deleted: set[str] = set()

    def send(self, batch: list[Entry]) -> list[tuple[str, str, str]]:
        """Store a batch as a whole, or nothing. Returns its faults: code, index, value."""
        after, faults = dict(self.stored), []
        for index, entry in enumerate(batch):
            client_id, _, day, score = entry
            same = after.setdefault(client_id, entry)
            if score == 11:
                faults.append(("INVALID_INPUT", str(index), "painScore"))
            if same != entry:
                faults.append(("CONFLICT", str(index), "clientId"))
            elif day in (0, 9, 15) and batch.index(entry) == index:
                faults.append(("INVALID_INPUT", str(index), "performedOn"))
        if not faults:
            self.stored = after
        return faults

    @property
    def shown(self) -> list[Entry]:
        """The logs that are not deleted, by client's id."""
        return sorted(entry for id, entry in self.stored.items() if id not in self.deleted)


def inputs(plan: Enrolled, batch: list[Entry]) -> list[dict[str, Any]]:
    """The inputs of a batch."""
    return [
        plan.log(day, index, clientId=id, painScore=score) for id, index, day, score in batch
    ]  # null is sent as null


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(BATCH, BATCH, AGAIN, DELETION), min_size=1, max_size=8))
async def test_random_batches_store_what_a_plain_model_stores(
    api: Api, world: World, owner: Pool, steps: list[Any]
) -> None:
    """After each batch, one that is sent again and each deletion, faults and stored logs are those of the model."""
    plan = await enrolled(owner, world, weeks=2)
    await owner.execute(
        "INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day) "
        "SELECT id, organization_id, patient_id, starts_on + 8, starts_on + 8 FROM enrollments WHERE id = $1",
        plan.id,
    )
    model, sent = Model(), list[list[Entry]]()
    for step in steps:
        page = await read(api, plan.patient, plan)
        assert page is not None
        if isinstance(step, tuple):
            for log in page["nodes"]:
                if log["clientId"] == step[1]:
                    await api.run(DELETE, plan.patient, input={"id": log["id"]})
                    model.deleted.add(step[1])
        else:
            batch = step if isinstance(step, list) else sent[step][::-1] if step < len(sent) else []
            if batch:
                sent.append(batch)
                errors = await api.user_errors(SEND, plan.patient, logs=inputs(plan, batch))
                found = [(each["code"], each["field"][2], each["field"][3]) for each in errors]
                assert sorted(found) == sorted(model.send(batch))
        page = await read(api, plan.patient, plan)
        assert page is not None
        exercises = {plan.exercise(index): index for index in (0, 1)}
        days = {plan.day(number): number for number in DAYS}
        shown = [
            (log["clientId"], exercises[log["planExercise"]["id"]], days[log["performedOn"]], log["painScore"])
            for log in page["nodes"]
        ]
        assert sorted(shown, key=lambda entry: entry[0]) == sorted(model.shown, key=lambda entry: entry[0])

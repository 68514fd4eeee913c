"""The number of statements depends on the document alone, and what is sent is checked at its path."""

from datetime import timedelta
from typing import Any  # inputs are JSON

import pytest

from tests.adherence.clinic import Clinic, noon
from tests.adherence.oracle import History, Log
from tests.conftest import Counter

ALL = """query ($id: ID!, $first: Int!) { organization(id: $id) {
  enrollments(first: $first) { nodes { adherence {
    rate daysWithData(days: 7) byWeek { rate } byExercise { rate isStruggling exercise { name } } chart { url }
  } } }
  worklist(first: $first) {
    totalCount nodes { reasons enrollment { id startsOn } exercises {
      reasons recentDueDays exercise { name } substitute { name }
    } }
  }
  exerciseAnalytics { patients rate averagePain exercise { name } }
} }"""
FAULTY = """query ($id: ID!, $ids: [ID!], $from: Date, $to: Date, $last: Int!, $first: Int) {
  organization(id: $id) {
    exerciseAnalytics(exerciseIds: $ids, from: $from, to: $to) { patients } worklist(first: $first) { totalCount }
    enrollments { nodes { adherence { daysWithData(days: $last) } } }
  }
}"""


@pytest.fixture(scope="module")
async def filled(clinic: Clinic) -> Clinic:
    """The clinic with six patients who did the first day of their plan, with pain."""
    zone, today = noon()
    for _ in range(6):
        patient = await clinic.world.join(clinic.gym.id, "member")
        history = History(today - timedelta(6), [(today - timedelta(6), clinic.versions[0])])
        id = await clinic.enroll(history, patient, zone=zone)
        await clinic.log(id, patient, *(Log(*each, 6, 5) for each in history.due(today - timedelta(5))))
    return clinic


async def test_six_enrollments_take_as_many_statements_as_one(filled: Clinic, counter: Counter) -> None:
    async def statements(first: int) -> list[str]:
        with counter.counting() as seen:
            data = await counter.api.run(ALL, filled.gym.coach, id=str(filled.gym.id), first=first)
        (enrollments, worklist, figures) = data["organization"].values()
        assert (len(enrollments["nodes"]), len(worklist["nodes"]), len(figures)) == (first, first, 3)
        assert [len(node["exercises"]) for node in worklist["nodes"]] == [3] * first
        return seen

    await statements(1)
    one, many = await statements(1), await statements(6)
    assert len(one) == len(many)
    assert sum("adherence_totals" in statement for statement in many) == 6  # of adherence two, three of the list, one


@pytest.mark.parametrize(
    ("sent", "path", "words"),
    [
        ({"ids": ["x"]}, ["organization", "exerciseAnalytics"], "an id that this API gave out"),
        ({"ids": ["x"] * 101}, ["organization", "exerciseAnalytics"], "at most 100 exercises"),
        (
            {"from": "2026-03-02", "to": "2026-03-01"},
            ["organization", "exerciseAnalytics"],
            "Must not be before `from`",
        ),
        ({"first": 101}, ["organization", "worklist"], "from 0 to 100"),
        ({"last": 0}, ["organization", "enrollments", "nodes", 0, "adherence", "daysWithData"], "from 1 to 366 days"),
        ({"last": 367}, ["organization", "enrollments", "nodes", 0, "adherence", "daysWithData"], "from 1 to 366 days"),
    ],
)
async def test_bad_arguments_are_refused_at_their_path(
    filled: Clinic, sent: dict[str, Any], path: list[object], words: str
) -> None:
    variables = {"id": str(filled.gym.id), "last": 30, **sent}
    body = (await filled.api.post(FAULTY, filled.gym.coach, **variables)).json()
    error = body["errors"][0]
    assert error["path"] == path
    assert words in error["message"] and error["extensions"]["code"] == "INVALID_INPUT"

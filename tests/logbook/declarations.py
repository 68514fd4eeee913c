"""Facts about logs for the tests of all rooms."""

from tests.api.nesting import PAGE, ours
from tests.logbook.cases import CASES
from tests.logbook.documents import add_logs
from tests.logbook.sizes import log
from tests.rooms import Declarations, Growth, Targets

LOGS = "organization(id: $organization) { enrollments(last: 1) { nodes { logs(%s) { %s } } } }"
LOG = """id isOnBehalf recordedBy { name email } exercise { name } planExercise { id } enrollment { id }
    revisions { totalCount pageInfo { endCursor } edges { node { painScore } } nodes { recordedBy { name email } } }"""


async def set_targets(made: Targets) -> None:
    """Enroll the coach, and store a log of theirs."""
    await add_logs(made.world, made.organization, made.ids, made.exercise)


async def grow(growth: Growth) -> None:
    """Store logs of each exercise of each enrollment."""
    await log(growth.owner, growth.organization, growth.rows)


ROOM = Declarations(
    grow=grow,
    tables={"exercise_logs": "log", "exercise_log_revisions": "log_revision"},
    unchanged=("exercise_log_revisions",),
    members_write=("exercise_logs", "exercise_log_revisions"),
    policies={"exercise_logs": ("*",), "exercise_log_revisions": ("*",)},
    cases=CASES,
    refused_too=("CONFLICT",),
    own_arguments=("Enrollment.logs.planExerciseId",),
    routes={"ExerciseLog": "organization(id: $organization) { enrollments { nodes { logs { nodes { %s } } } } }"},
    targets=set_targets,
    once={"deleteLog": "NOT_FOUND"},
    documents={
        "logs": ours("enrollments", "nodes", "logs(first: 100)", f"{PAGE} nodes {{ {LOG} }} edges", "node", "id")
    },
    lists={
        "Enrollment.logs": LOGS,
        "ExerciseLog.revisions": LOGS % ("first: 1", "nodes { revisions(%s) { %s } }"),
    },
)

"""The tables with rows of organizations: those of old rooms, and those that rooms declare (tests/rooms.py)."""

from kinegraph.api import validators
from kinegraph.kit.database import metadata
from tests.rooms import listed, merged

assert validators.COVERED, "imported, it adds the tables of all rooms to `metadata`"

ROW = {
    "memberships": None,
    "exercises": "exercise",
    "exercise_org_overrides": "override",
    "exercise_categories": "subcategory",
    "exercise_body_regions": "region",
    "exercise_equipment": "equipment",
    "exercise_tags": "tag",
    "exercise_instructions": "instruction",
    "exercise_contraindications": "contraindication",
    "exercise_programming_profiles": "profile",
    "exercise_safety_constraints": "safety",
    "safety_restrictions": "restriction",
    "programs": "program",
    "workouts": "workout",
    "workout_sections": "section",
    "workout_movements": "movement",
    "exercise_comments": "comment",
    "attachments": "attachment",
    "workout_assignments": "assignment",
    "uploads": "upload",
    "safety_overrides": "safety_override",
    "assignment_results": "result",
    "result_sets": "result_set",
    "result_submissions": "submission",
    "load_steps": "steps",
    **merged("tables"),
}
"""Every table whose rows belong to an organization by organization_id (a test compares this with the database), and the
row of `fill` that tests use of it; a membership has no id."""

SCOPED = tuple(ROW)
RESULTS = ("assignment_results", "result_sets", "result_submissions", "load_steps")
"""The tables of one athlete's rows, which the athlete and coaches read and write."""
MEMBERS_WRITE = (
    *("exercise_comments", "attachments", "uploads", "workout_assignments", *RESULTS),
    *listed("members_write"),
)
"""The tables of which members write rows, too."""
UNCHANGED = listed("unchanged")
"""The tables whose rows the API's role may neither change nor delete."""

WITHOUT_ID = tuple(table for table in SCOPED if "id" not in metadata.tables[table].columns)
WRITABLE = tuple(table for table in SCOPED if table not in WITHOUT_ID)
"""The tables whose rows have an id."""

NOT_DELETED = (*UNCHANGED, "enrollments", "exercise_logs")
"""The tables whose rows the API's role may not delete."""


def is_forbidden(verb: str, table: str) -> bool:
    """True if the API's role has no right to a statement that begins so."""
    return table in (NOT_DELETED if verb.startswith("DELETE") else UNCHANGED)

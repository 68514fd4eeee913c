"""GraphQL documents about assignments and snapshots, trees stored past the API, and stored rows."""

import json
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import WORKOUT, Json, Pool, create, movement, section

ASSIGNMENT = """
fragment Assigned on WorkoutAssignment {
  id scheduledFor status isForked
  organization { id } athlete { id name } assignedBy { id name }
  workout { id isSnapshot } libraryWorkout { id isSnapshot }
}
"""
ASSIGN = (
    ASSIGNMENT
    + """mutation ($input: AssignWorkoutInput!) {
      assignWorkout(input: $input) { assignments { ...Assigned } userErrors { code message field } }
    }"""
)
STATUS = (
    ASSIGNMENT
    + """mutation ($id: ID!, $status: AssignmentStatus!) {
      setAssignmentStatus(id: $id, status: $status) {
        assignment { ...Assigned } userErrors { code message field }
      }
    }"""
)
READ_ASSIGNMENT = ASSIGNMENT + "query ($id: ID!) { assignment(id: $id) { ...Assigned } }"
UPDATE_FOR = (
    WORKOUT
    + """mutation ($id: ID!, $for: ID, $input: UpdateWorkoutInput!) {
      updateWorkout(id: $id, assignmentId: $for, input: $input) {
        workout { ...Whole } userErrors { code message field }
      }
    }"""
)
SET_FOR = (
    WORKOUT
    + """mutation ($id: ID!, $for: ID, $sections: [SectionInput!]!) {
      setWorkoutSections(workoutId: $id, assignmentId: $for, sections: $sections) {
        workout { ...Whole } userErrors { code message field }
      }
    }"""
)
MOVE_FOR = (
    WORKOUT
    + """mutation ($id: ID!, $for: ID, $input: UpdateMovementInput!) {
      updateMovement(id: $id, assignmentId: $for, input: $input) {
        movement { id notes label } workout { ...Whole } userErrors { code message field }
      }
    }"""
)
DAY = "2026-03-01"


def assignment(workout: str, *athletes: Person | str, day: str = DAY) -> Json:
    """The input that assigns a workout."""
    ids = [str(athlete.id) if isinstance(athlete, Person) else athlete for athlete in athletes]
    return {"workoutId": workout, "athleteIds": ids, "scheduledFor": day}


async def assigned(api: Api, person: Person, workout: str, *athletes: Person, day: str = DAY) -> list[str]:
    """The ids of new assignments, one for each athlete, whatever they have on that day already."""
    input = {**assignment(workout, *athletes, day=day), "allowDuplicate": True}
    data = await api.run(ASSIGN, person, input=input)
    return [made["id"] for made in data["assignWorkout"]["assignments"]]


async def planned(api: Api, world: World, size: int = 2) -> tuple[Organization, Json, str]:
    """An organization, a workout of one section with `size` squats, and its member's assignment of it."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(*[movement(squat)] * size, title="Main"), title="Library")
    (id,) = await assigned(api, organization.coach, made["id"], organization.member)
    return organization, made, id


async def edited(api: Api, person: Person, workout: str, assignment_id: str, **input: Any) -> Json:
    """The snapshot after an edit with the assignment's id; without values, the fork as it was made."""
    data = await api.run(UPDATE_FOR, person, id=workout, **{"for": assignment_id}, input=input)
    changed: Json = data["updateWorkout"]["workout"]
    return changed


async def replaced(api: Api, person: Person, workout: str, assignment_id: str, sections: list[Json]) -> Json:
    """The snapshot after its tree was replaced with the assignment's id."""
    data = await api.run(SET_FOR, person, id=workout, **{"for": assignment_id}, sections=sections)
    changed: Json = data["setWorkoutSections"]["workout"]
    return changed


async def moved(api: Api, person: Person, movement_id: str, assignment_id: str, **input: Any) -> Json:
    """The payload after an edit of a movement with the assignment's id."""
    data = await api.run(MOVE_FOR, person, id=movement_id, **{"for": assignment_id}, input=input)
    payload: Json = data["updateMovement"]
    return payload


async def snapshots_of(owner: Pool, workout: str) -> list[str]:
    """The ids of the snapshots that were copied from a library workout."""
    rows = await owner.fetch("SELECT id FROM workouts WHERE forked_from_id = $1 ORDER BY id", UUID(workout))
    return [str(row["id"]) for row in rows]


async def facts(owner: Pool, organization: Organization) -> list[str]:
    """The workouts that were recorded as changed in an organization, in order."""
    rows = await owner.fetch(
        """
        SELECT payload ->> 'workout_id' AS workout_id
        FROM outbox
        WHERE fact = 'WorkoutChanged' AND payload ->> 'organization_id' = $1
        ORDER BY outbox.id
        """,
        str(organization.id),
    )
    return [row["workout_id"] for row in rows]


async def snapshot_of(owner: Pool, assignment_id: str) -> str | None:
    """The id of an assignment's snapshot, if it has one."""
    id = await owner.fetchval("SELECT snapshot_workout_id FROM workout_assignments WHERE id = $1", UUID(assignment_id))
    return str(id) if id else None


async def stored(owner: Pool, workout: str) -> list[str]:
    """Every row below a workout, deleted ones too, with all its bytes and the transaction that wrote it."""
    rows = await owner.fetch(
        """
        WITH s AS (SELECT * FROM workout_sections WHERE workout_id = $1),
             m AS (SELECT * FROM workout_movements WHERE section_id IN (SELECT id FROM s)),
             c AS (SELECT * FROM exercise_comments WHERE workout_movement_id IN (SELECT id FROM m))
        SELECT t.xmin::text || t::text AS line FROM workouts t WHERE id = $1
        UNION ALL SELECT t.xmin::text || t::text FROM workout_sections t WHERE id IN (SELECT id FROM s)
        UNION ALL SELECT t.xmin::text || t::text FROM workout_movements t WHERE id IN (SELECT id FROM m)
        UNION ALL SELECT t.xmin::text || t::text FROM exercise_comments t WHERE id IN (SELECT id FROM c)
        UNION ALL SELECT t.xmin::text || t::text FROM attachments t WHERE owner_id IN (SELECT id FROM c)
        ORDER BY 1
        """,
        UUID(workout),
    )
    return [row["line"] for row in rows]


async def _children(owner: Pool, table: str, column: str, parents: list[Json]) -> list[Json]:
    rows = await owner.fetch(
        f"SELECT to_jsonb(t)::text AS line FROM {table} t WHERE {column} = ANY ($1)",
        [UUID(parent["id"]) for parent in parents],
    )
    return [json.loads(row["line"], parse_float=str) for row in rows]


async def content(owner: Pool, workout: str) -> tuple[Json, dict[str, list[Json]]]:
    """Every stored column of a workout, and its tree's rows by table, deleted ones too."""
    (own,) = await _children(owner, "workouts", "id", [{"id": workout}])
    sections = await _children(owner, "workout_sections", "workout_id", [own])
    movements = await _children(owner, "workout_movements", "section_id", sections)
    comments = await _children(owner, "exercise_comments", "workout_movement_id", movements)
    attachments = await _children(owner, "attachments", "owner_id", comments)
    return own, {"sections": sections, "movements": movements, "comments": comments, "attachments": attachments}


IDENTITY = {
    "id",
    "forked_from_id",
    "is_snapshot",
    "workout_id",
    "section_id",
    "workout_movement_id",
    "owner_id",
    "parent_comment_id",
}


def own_columns(row: Json) -> Json:
    """A row without its ids and those of its parents."""
    return {key: value for key, value in row.items() if key not in IDENTITY}


def _shown(rows: list[Json], parent: str, id: str, *order: str) -> list[Json]:
    """The rows of a parent that are not deleted, as they are shown."""
    found = [row for row in rows if row[parent] == id and row["deleted_at"] is None]
    return sorted(found, key=lambda row: [row[column] for column in (*order, "id")])


def tree_of(own: Json, rows: dict[str, list[Json]]) -> Json:
    """A workout's rows, nested and in their order, with every column but ids; a reply has its parent's number."""

    def comments(movement_id: str) -> list[Json]:
        shown = _shown(rows["comments"], "workout_movement_id", movement_id, "created_at")
        ids = {row["id"] for row in shown}
        shown = [row for row in shown if row["parent_comment_id"] in {None, *ids}]
        numbers = {row["id"]: number for number, row in enumerate(shown)} | {None: None}
        return [
            own_columns(row)
            | {"parent": numbers[row["parent_comment_id"]]}
            | {"files": [own_columns(file) for file in _shown(rows["attachments"], "owner_id", row["id"])]}
            for row in shown
        ]

    def movements(section_id: str) -> list[Json]:
        shown = _shown(rows["movements"], "section_id", section_id, "sort_order")
        return [own_columns(row) | {"comments": comments(row["id"])} for row in shown]

    sections = _shown(rows["sections"], "workout_id", own["id"], "sort_order")
    return own_columns(own) | {"sections": [own_columns(row) | {"movements": movements(row["id"])} for row in sections]}


def time_at(minute: int) -> str:
    """A time of the stored rows."""
    return f"2026-01-01T{minute // 60 % 24:02}:{minute % 60:02}:00.123456+00:00"


def full_row(organization: Organization, values: Json, **columns: Any) -> Json:
    """A row with the columns that every table has; ids are random, so that the order does not depend on them."""
    minute = values.get("minute", 0)
    deleted = time_at(minute + 9) if values.get("deleted") else None
    times = {"created_at": time_at(minute), "updated_at": time_at(minute + 5), "deleted_at": deleted}
    return {"id": str(uuid4()), "organization_id": str(organization.id), **times, **columns}


async def store_rows(owner: Pool, tables: dict[str, list[Json]]) -> None:
    """Store rows past the API, every column as it is given."""
    for table, rows in tables.items():
        columns = await owner.fetchval(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute "
            "WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            table,
        )
        source = f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        statement = f"INSERT INTO {table} ({columns}) {source}"
        await owner.execute(statement, json.dumps(rows))


def rows_of(organization: Organization, exercise_id: str, values: Json) -> dict[str, list[Json]]:
    """A generated workout as rows to store, by table."""
    authors = (str(organization.coach.id), str(organization.member.id))

    def row(given: Json, **columns: Any) -> Json:
        return full_row(organization, given, **columns)

    own = {key: value for key, value in values.items() if key != "sections"}
    workout = row({}, author_id=authors[0], is_snapshot=False, **own)
    tables: dict[str, list[Json]] = {"workouts": [workout], "workout_sections": [], "workout_movements": []}
    comments: list[Json] = []
    files: list[Json] = []
    tables |= {"exercise_comments": comments, "attachments": files}

    def add_comment(given: Json, movement_id: str, parent: str | None) -> None:
        author = authors[given["by"]]
        parents = {"workout_movement_id": movement_id, "parent_comment_id": parent}
        comments.append(row(given, author_id=author, body=given["body"], by_staff=author == authors[0], **parents))
        owner = {"owner_type": "exercise_comment", "owner_id": comments[-1]["id"], "uploaded_by": author}
        for file in given["files"]:
            kind = {"kind": file["kind"], "thumb_url": file["thumb_url"]}
            files.append(row(file, url=f"files/{len(files)}", mime="image/png", **kind, **owner))
        for reply in given.get("replies", []):
            add_comment(reply, movement_id, owner["owner_id"])

    for node in values["sections"]:
        columns = {
            "type": "main",
            "title": node["title"],
            "config": node["config"],
            "sort_order": node["order"],
        }
        tables["workout_sections"].append(row(node, workout_id=workout["id"], shape="rounds", **columns))
        for rep in node["movements"]:
            position = {"section_id": tables["workout_sections"][-1]["id"], "sort_order": rep["order"]}
            texts = {key: rep[key] for key in ("prescription", "notes", "label")}
            tables["workout_movements"].append(
                row(rep, exercise_id=exercise_id, superset_group="B1", **position, **texts)
            )
            for comment in rep["comments"]:
                add_comment(comment, tables["workout_movements"][-1]["id"], None)
    return tables

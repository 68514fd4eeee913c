"""Making an export intelligible: names beside ids, landmarks as numbers, and a summary to read."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any  # rows as JSON
from uuid import UUID

from kinegraph.telemetry.rules_pose import unpacked

Rows = list[dict[str, Any]]

NAMED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "organization_id": ("organizations", "name", "organization_name"),
        "exercise_id": ("exercises", "name", "exercise_name"),
        "plan_id": ("treatment_plans", "title", "plan_title"),
        "version_id": ("plan_versions", "title", "version_title"),
        "snapshot_workout_id": ("workouts", "title", "workout_title"),
        "workout_id": ("workouts", "title", "workout_title"),
    }
)
"""By column of ids: the table and the column of the name, and the key under which the export has it beside the id."""


def ids_of(found: Mapping[str, Rows], column: str) -> list[UUID]:
    """The ids that an export has in a column, each once."""
    return sorted({UUID(row[column]) for rows in found.values() for row in rows if row.get(column)})


def explain(found: Mapping[str, Rows], names: Mapping[str, Mapping[str, str]]) -> None:
    """Put the names beside the ids (by column, and id as text), and landmarks as numbers in the place of bytes."""
    for table, rows in found.items():
        for row in rows if table != "references" else ():
            for column, by_id in names.items():
                if row.get(column) in by_id:
                    row.setdefault(NAMED[column][2], by_id[row[column]])
            if isinstance(row.get("landmarks"), str):
                row["landmarks"] = unpacked(bytes.fromhex(row["landmarks"].removeprefix("\\x")))


def summary(found: Mapping[str, Rows]) -> str:
    """The export in some lines to read."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Mapping[str, Rows]) -> Iterator[str]:
    for user in found["users"]:
        yield f"Data of {user['name']} ({user['email'] or 'no e-mail address'}), user {user['id']}."
    yield "person.json has every row, by table; uploaded files are below files/."
    for row in found.get("memberships", ()):
        ended = " (ended)" if row["deleted_at"] else ""
        yield f"Belongs to {row['organization_name']} as {row['role']}{ended}."
    for row in found.get("patients", ()):
        conditions = ", ".join(row["conditions"]) or "none stored"
        yield (
            f"Patient of {row['organization_name']}: time zone {row['time_zone']}, telemetry level "
            f"{row['consent_level']}, biometric data {'allowed' if row['has_biometric_consent'] else 'not allowed'}; "
            f"conditions: {conditions}."
        )
    for row in found.get("enrollments", ()):
        days = sorted(
            log["performed_on"]
            for log in found.get("exercise_logs", ())
            if log["enrollment_id"] == row["id"] and not log["deleted_at"]
        )
        logs = f"{len(days):,} logs from {days[0]} to {days[-1]}" if days else "no logs"
        yield f"Enrolled in {row['plan_title']} from {row['starts_on']} on, {row['status']}: {logs}."
    yield "Rows by table:"
    for table, rows in sorted(found.items()):
        if rows:
            yield f"  {table}: {len(rows):,}"

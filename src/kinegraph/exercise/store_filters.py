"""Filters of lists of exercises as SQL conditions, over stored or effective columns.

The same conditions serve the canonical list, over stored columns, and an organization's library, over
effective ones: each condition names a column through `Columns`, which says what stands for it.
"""

from collections.abc import Mapping

from kinegraph.exercise.rules import Filter
from kinegraph.exercise.rules_details import condition_term
from kinegraph.exercise.rules_terms import BANDS
from kinegraph.kit.sessions import Arguments

Columns = Mapping[str, str]
"""The SQL that stands for a column, by its name."""

STORED: Columns = {
    name: f"e.{name}"
    for name in (
        "name",
        "aliases",
        "status",
        "category",
        "kind",
        "movement_pattern",
        "difficulty",
        "primary_muscles",
        "secondary_muscles",
        "equipment",
        "mechanics",
        "is_unilateral",
        "discipline",
        "created_at",
        "updated_at",
    )
}


def conditions(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    """The filter as SQL conditions, one for each thing that it asks for."""
    found = [
        f"{columns[name]}::text = ANY ({arguments.bind(values, 'text[]')})"
        for name in ("category", "kind", "movement_pattern")
        if (values := getattr(wanted, name)) is not None
    ]
    found += _difficulties(wanted, columns, arguments)
    found += _lists(wanted, columns, arguments)
    if wanted.q is not None:
        pattern = arguments.bind(f"%{_escaped(wanted.q)}%", "text")
        in_aliases = f"EXISTS (SELECT FROM unnest({columns['aliases']}) AS alias WHERE alias ILIKE {pattern})"
        found.append(f"({columns['name']} ILIKE {pattern} OR {in_aliases})")
    if wanted.mechanics is not None:
        found.append(f"{columns['mechanics']} = {arguments.bind(wanted.mechanics, 'text')}")
    if wanted.is_unilateral is not None:
        found.append(f"{columns['is_unilateral']} = {arguments.bind(wanted.is_unilateral, 'boolean')}")
    return found + _tags(wanted, arguments) + _layers(wanted, arguments)


def _tags(wanted: Filter, arguments: Arguments) -> list[str]:
    """The conditions on the terms that an exercise is tagged with; a category stands for those below it too."""
    found = [
        f"EXISTS (SELECT FROM exercise_tags tag WHERE tag.exercise_id = e.id AND tag.{column} = {bound})"
        for column in ("body_region_id", "equipment_id")
        if (id := getattr(wanted, column)) is not None and (bound := arguments.bind(id, "uuid"))
    ]
    if wanted.category_id is not None:
        found.append(
            f"""EXISTS (SELECT FROM exercise_tags tag WHERE tag.exercise_id = e.id AND tag.category_id = ANY (ARRAY (
                WITH RECURSIVE below AS (
                    SELECT {arguments.bind(wanted.category_id, "uuid")} AS id
                    UNION
                    SELECT category.id FROM exercise_categories category JOIN below ON category.parent_id = below.id)
                SELECT id FROM below)))"""
        )
    return found


def _layers(wanted: Filter, arguments: Arguments) -> list[str]:
    """The conditions on an exercise's layers, which a fork without its own has of its source (seed 004)."""
    layer = "{table} layer WHERE layer.exercise_id IN (e.id, e.forked_from_id) ORDER BY layer.exercise_id = e.id DESC"
    found = []
    if wanted.max_fatigue is not None:
        profile = layer.format(table="exercise_programming_profiles")
        most = arguments.bind(wanted.max_fatigue, "integer")
        found.append(f"(SELECT layer.fatigue_score FROM {profile} LIMIT 1) <= {most}")
    if wanted.safe_for is not None:
        conditions = arguments.bind([condition_term(each) for each in wanted.safe_for], "text[]")
        safety = layer.format(table="exercise_safety_constraints")
        found.append(f"(SELECT layer.avoid_if && {conditions} FROM {safety} LIMIT 1) IS NOT TRUE")
        found.append(
            f"""NOT EXISTS (SELECT FROM exercise_contraindications against
                WHERE against.exercise_id = e.id AND against.severity = 'absolute'
                  AND lower(translate(against.condition, ' -', '__')) = ANY ({conditions}))"""
        )
    return found


def _difficulties(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    column = columns["difficulty"]
    found = []
    if wanted.difficulty is not None:
        low, high = BANDS[wanted.difficulty]
        found.append(f"{column} BETWEEN {low} AND {high}")
    if wanted.difficulty_min is not None:
        found.append(f"{column} >= {arguments.bind(wanted.difficulty_min, 'integer')}")
    if wanted.difficulty_max is not None:
        found.append(f"{column} <= {arguments.bind(wanted.difficulty_max, 'integer')}")
    return found


def _lists(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    tests = (
        (wanted.muscles, "({primary_muscles} || {secondary_muscles}) && {values}"),
        (wanted.primary_muscles, "{primary_muscles} && {values}"),
        (wanted.available_equipment, "{equipment} <@ {values}"),
        (wanted.exclude_equipment, "NOT {equipment} && {values}"),
        (wanted.discipline, "{discipline} && {values}"),
    )
    return [
        test.format(values=arguments.bind(values, "text[]"), **columns) for values, test in tests if values is not None
    ]


def _escaped(text: str) -> str:
    """A text in which LIKE sees no wildcard."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")

"""Filters of lists of exercises as SQL conditions, over stored or effective columns.

The same conditions serve the canonical list, over stored columns, and an organization's library, over effective ones:
each condition takes a column's SQL expression from `Columns`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from kinegraph.catalog.rules import BANDS, Filter
from kinegraph.catalog.rules_names import SafetyStrictness
from kinegraph.classification.rules_safety import AVOID_SCORE, MAX_SCORE, OFFERED_BELOW, SCORES
from kinegraph.classification.rules_severity import Severity
from kinegraph.exercise.rules_columns import CASELESS, COLUMNS, Kind
from kinegraph.kit.sessions import Arguments
from kinegraph.lexicon.rules_filter import sought_names
from kinegraph.lexicon.store import finds, found_ids

Columns = Mapping[str, str]
"""The SQL expression of each column, by name."""

KEYS = tuple(f"{name}_keys" for name in CASELESS)
"""The columns with the entries of lists in the form in which they are compared."""

STORED: Columns = {
    **{name: f"e.{name}" for name in (*COLUMNS, *KEYS, "created_at", "updated_at")},
    "viewed_by": "e.organization_id",
    "restricted_by": "e.organization_id",
}
"""The stored columns of an exercise e; the organization whose texts of it are sought, and whose restrictions count."""


CANONICAL_VIEW = ""
"""For `viewer` of lists of canonical rows as they are stored, of whose texts no organization has others."""

TESTS: Mapping[Kind, str] = {
    Kind.TERM: "{column}::text = ANY ({value})",
    Kind.TEXT: "{column} = {value}",
    Kind.URL: "{column} = {value}",
    Kind.FLAG: "{column} = {value}",
    Kind.NUMBER: "{column} = {value}",
    Kind.LIST: "{column} && {value}",
}
"""The condition on a column that the registry filters by, by the column's kind."""

TYPES: Mapping[Kind, str] = {
    Kind.TERM: "text[]",
    Kind.TEXT: "text",
    Kind.URL: "text",
    Kind.FLAG: "boolean",
    Kind.NUMBER: "integer",
    Kind.LIST: "text[]",
}
"""The SQL type of the filter's value, by the column's kind."""


def conditions(wanted: Filter, columns: Columns, arguments: Arguments, viewer: str | None = None) -> list[str]:
    """The filter as one SQL condition; an empty list for an empty filter.

    It is a CASE, of which the planner estimates that half of the rows fulfil it. It has no statistics of arguments and
    effective values, and would estimate very few rows; then it would read and sort the whole library instead of
    following the index of the order. For the same reason subqueries are scalar ones, which run row by row.

    `viewer`, of a list of canonical rows alone, is the SQL expression of the organization that it is shown to, or empty
    (CANONICAL_VIEW). Then the ids that `q` finds by the indexes are a condition of their own: no other row is read.
    """
    return [*indexed(wanted, arguments, viewer), *all_hold(wanted, columns, arguments, viewer)]


def all_hold(wanted: Filter, columns: Columns, arguments: Arguments, viewer: str | None) -> list[str]:
    """The CASE alone; of `q` it has nothing where there is a `viewer`."""
    found = [condition for _, condition in named_conditions(wanted, columns, arguments, viewer)]
    return [f"CASE WHEN {' AND '.join(found)} THEN true ELSE false END"] if found else []


def indexed(wanted: Filter, arguments: Arguments, viewer: str | None) -> list[str]:
    """The condition that a canonical row is one that `q` may find by the indexes."""
    if wanted.q is None or viewer is None:
        return []
    sought = sought_names(wanted.q)
    ids = found_ids(sought, arguments)
    of_viewer = found_ids(sought, arguments, viewer) if viewer else None
    return [f"e.id = ANY (ARRAY({effective_ids(ids, viewer, of_viewer)}))"] if ids else []


def effective_ids(ids: str, viewer: str, of_viewer: str | None) -> str:
    """A query of these ids of canonical rows, with those `of_viewer` in place of rows whose texts it replaces."""
    if not viewer:
        return ids
    return f"""SELECT exercise_id FROM ({ids}) AS canonical
               WHERE NOT EXISTS (SELECT FROM organization_search own
                                 WHERE own.organization_id = {viewer} AND own.exercise_id = canonical.exercise_id)
               UNION ALL ({of_viewer})"""


def named_conditions(
    wanted: Filter, columns: Columns, arguments: Arguments, viewer: str | None = None
) -> list[tuple[str, str]]:
    """The SQL conditions of the filter, each with the name of the field of the filter that it is of."""
    found = []
    for name, value in wanted.columns:
        kind = COLUMNS[name].kind
        column = columns.get(f"{name}_keys", columns[name])
        found.append((name, TESTS[kind].format(column=column, value=arguments.bind(value, TYPES[kind]))))
    found += _difficulties(wanted, columns, arguments)
    found += _lists(wanted, columns, arguments)
    found += [("q", each) for each in _named(wanted, columns, arguments, viewer)]
    return found + _tags(wanted, arguments) + _layers(wanted, columns, arguments)


def _named(wanted: Filter, columns: Columns, arguments: Arguments, viewer: str | None) -> list[str]:
    """The condition that `q` finds a row, unless `indexed` has answered it."""
    sought = None if wanted.q is None else sought_names(wanted.q)
    if sought is None or (viewer is not None and sought.words):
        return []
    return [finds(sought, columns, arguments)]


def _tags(wanted: Filter, arguments: Arguments) -> list[tuple[str, str]]:
    """The conditions on the terms that an exercise is tagged with; a category stands for those below it too."""
    tagged = "(SELECT true FROM exercise_tags tag WHERE tag.exercise_id = e.id AND tag.{} LIMIT 1)"
    found = [
        (column, tagged.format(f"{column} = {arguments.bind(id, 'uuid')}"))
        for column in ("body_region_id", "equipment_id")
        if (id := getattr(wanted, column)) is not None
    ]
    if wanted.category_id is not None:
        below = f"""WITH RECURSIVE below AS (
                    SELECT {arguments.bind(wanted.category_id, "uuid")} AS id
                    UNION
                    SELECT category.id FROM exercise_categories category JOIN below ON category.parent_id = below.id)
                SELECT id FROM below"""
        found.append(("category_id", tagged.format(f"category_id = ANY (ARRAY ({below}))")))
    return found


def _layers(wanted: Filter, columns: Columns, arguments: Arguments) -> list[tuple[str, str]]:
    """The conditions on an exercise's training layers and contraindications."""
    found = []
    for name, value, test, kind in PROFILES:
        if (sought := getattr(wanted, name)) is not None:
            argument = arguments.bind(list(sought) if isinstance(sought, tuple) else sought, kind)
            profile = _layer("exercise_programming_profiles", value.format(value=argument))
            found.append((name, test.format(profile=profile, value=argument)))
    if wanted.safe_for:
        found.append(("safe_for", _is_safe(wanted, columns, arguments)))
    return found


PROFILES = (
    ("max_fatigue", "layer.fatigue_score", "{profile} <= {value}", "integer"),
    ("stability_max", "layer.stability_demand", "{profile} <= {value}", "integer"),
    ("skill_max", "layer.skill_demand", "{profile} <= {value}", "integer"),
    ("force_type", "layer.force_type", "{profile} = {value}", "text"),
    ("class_key", "layer.class_key", "{profile} = ANY ({value})", "text[]"),
    ("goal", "layer.recommended_rest_times ? {value}", "{profile}", "text"),
)
"""The filters of programming profiles: the value of a profile, the condition on it, and the argument's type."""


@cache
def _risk() -> str:
    """The text of `risk.sql`, without the comment that it begins with."""
    return (files("kinegraph.catalog") / "risk.sql").read_text().partition("\n(SELECT")[2]


EVERY = ("c.avoid_if || c.caution_if || c.indicated_for", "'absolute', 'restriction', 'warning'")
RULED_OUT = ("c.avoid_if", "'absolute'")
"""The lists of constraints and the severities of contraindications that have a part in a score, or in one of 100."""

SCORE_OF = (
    " ".join(f"WHEN '{severity}' THEN {SCORES[severity]}" for severity in (Severity.ABSOLUTE, Severity.RESTRICTION))
    + f" ELSE {SCORES[Severity.WARNING]}"
)
"""The branches of a CASE that lead from the severity of a contraindication or restriction to its score."""


def _is_safe(wanted: Filter, columns: Columns, arguments: Arguments) -> str:
    """The condition that an exercise may be offered to a person with the filter's conditions."""
    is_strict = wanted.safe_for_strictness == SafetyStrictness.RESTRICTION
    limit = OFFERED_BELOW if is_strict else AVOID_SCORE
    is_shown = "true" if wanted.include_unclassified else "c.id IS NOT NULL"
    value = f"{is_shown} AND assessed.score < {limit}"
    return _of_person(value, is_shown, EVERY if is_strict else RULED_OUT, wanted, columns, arguments)


def risk(wanted: Filter, columns: Columns, arguments: Arguments) -> str:
    """The risk score of an exercise for a person with the filter's conditions; 0 without conditions."""
    if not wanted.chains:
        return "0"
    value = f"CASE WHEN c.id IS NULL THEN greatest({{0}}, {MAX_SCORE}) ELSE {{0}} END"
    return _of_person(value.format("assessed.score"), value.format("0"), EVERY, wanted, columns, arguments)


def _of_person(
    value: str, untouched: str, lists: tuple[str, str], wanted: Filter, columns: Columns, arguments: Arguments
) -> str:
    """A value of `risk.sql`, for a person with the filter's conditions."""
    numbers, depths, keys, spellings = (list(each) for each in zip(*wanted.chains, strict=True))
    arrays = ((numbers, "integer[]"), (depths, "integer[]"), (keys, "text[]"))
    bound = [arguments.bind(values, kind) for values, kind in arrays]
    spelled, constraints = arguments.bind(spellings, "text[]"), "exercise_safety_constraints"
    return "(SELECT" + _risk().format(
        value=value,
        untouched=untouched,
        listed=lists[0],
        severities=lists[1],
        scores=SCORE_OF,
        nearest=_layer(constraints, "layer.id"),
        sources=SOURCES.format(table=constraints),
        chains=", ".join((*bound, spelled)),
        spellings=spelled,
        viewer=columns["restricted_by"],
    )


SOURCES = """SELECT e.id UNION ALL
            SELECT id FROM (
                WITH RECURSIVE ancestor (id, distance) AS (
                    SELECT e.forked_from_id, 1
                    WHERE e.forked_from_id IS NOT NULL
                      AND NOT EXISTS (SELECT FROM {table} layer WHERE layer.exercise_id = e.id)
                    UNION ALL
                    SELECT source.forked_from_id, ancestor.distance + 1
                    FROM ancestor JOIN exercises source ON source.id = ancestor.id
                    WHERE source.forked_from_id IS NOT NULL AND ancestor.distance < 100
                      AND NOT EXISTS (SELECT FROM {table} layer WHERE layer.exercise_id = ancestor.id))
                SELECT id FROM ancestor) AS inherited"""
"""The ids of an exercise, and of its sources up to the nearest that has a row of a layer."""


def _layer(table: str, value: str) -> str:
    """SQL of a value of a training layer: the exercise's own, else that of the nearest source which has the layer.

    (docs/domain.md, Training layers.) The first subquery reads the exercise and its source, which is enough for most.
    """
    return f"""coalesce(
        (SELECT {value} FROM {table} layer WHERE layer.exercise_id IN (e.id, e.forked_from_id)
         ORDER BY layer.exercise_id = e.id DESC LIMIT 1),
        CASE WHEN e.forked_from_id IS NOT NULL THEN (
            WITH RECURSIVE ancestor (id, distance) AS (
                SELECT e.forked_from_id, 1
                UNION ALL
                SELECT source.forked_from_id, ancestor.distance + 1
                FROM ancestor JOIN exercises source ON source.id = ancestor.id
                WHERE source.forked_from_id IS NOT NULL AND ancestor.distance < 100)
            SELECT {value}
            FROM ancestor JOIN {table} layer ON layer.exercise_id = ancestor.id
            ORDER BY ancestor.distance LIMIT 1) END)"""


def _difficulties(wanted: Filter, columns: Columns, arguments: Arguments) -> list[tuple[str, str]]:
    column = columns["difficulty"]
    found = []
    if wanted.difficulty is not None:
        low, high = BANDS[wanted.difficulty]
        found.append(("difficulty", f"{column} BETWEEN {low} AND {high}"))
    if wanted.difficulty_min is not None:
        found.append(("difficulty_min", f"{column} >= {arguments.bind(wanted.difficulty_min, 'integer')}"))
    if wanted.difficulty_max is not None:
        found.append(("difficulty_max", f"{column} <= {arguments.bind(wanted.difficulty_max, 'integer')}"))
    if wanted.difficulty_in is not None:
        found.append(("difficulty_in", f"{column} = ANY ({arguments.bind(list(wanted.difficulty_in), 'integer[]')})"))
    return found


def _lists(wanted: Filter, columns: Columns, arguments: Arguments) -> list[tuple[str, str]]:
    tests = {
        "muscles": "({primary_muscles_keys} || {secondary_muscles_keys}) && {values}",
        "requires_equipment": "{equipment_keys} && {values}",
        "available_equipment": "{equipment_keys} <@ {values}",
        "exclude_equipment": "NOT {equipment_keys} && {values}",
        "exclude_muscles": "NOT ({primary_muscles_keys} || {secondary_muscles_keys}) && {values}",
    }
    return [
        (name, test.format(values=arguments.bind(values, "text[]"), **columns))
        for name, test in tests.items()
        if (values := getattr(wanted, name)) is not None
    ]

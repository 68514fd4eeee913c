"""Reading the training layers of exercises; a fork without a row of a layer has that of its nearest source."""

from collections.abc import Sequence
from typing import Any, TypeAlias  # Any: keys and rows of any batch function
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.store import by_ids
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules import ProfileRow, ProgressionRow
from kinegraph.layers.rules_safety import SafetyRow, ShownSafety, shown_safety

PROFILE = """class_key, modifiers, difficulty_level, force_type, stability_demand, skill_demand,
               recommended_rep_ranges, recommended_rest_times, measured_ranges, recommended_sets, default_tempo,
               fatigue_score, muscular_damage_potential, neuromuscular_demand, minimum_recovery, optimal_frequency,
               lifespan, caloric_demand, epoc_effect, updated_at"""

CHAIN = """chain (exercise_id, id, distance) AS (
            SELECT wanted, wanted, 0 FROM unnest($1::uuid[]) AS wanted
            UNION ALL
            SELECT chain.exercise_id, e.forked_from_id, chain.distance + 1
            FROM chain
            JOIN exercises e ON e.id = chain.id
            WHERE e.forked_from_id IS NOT NULL AND chain.distance < 100
              AND NOT EXISTS (SELECT FROM {table} layer WHERE layer.exercise_id = chain.id)
        )"""
"""Each wanted exercise and its sources, up to the first that has a row of the layer."""


async def profiles_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[ProfileRow | None]:
    """The programming profile of each exercise; None where neither it nor a source has one."""
    rows: list[ProfileRow] = await session.fetch(
        f"""
        WITH RECURSIVE {CHAIN.format(table="exercise_programming_profiles")}
        SELECT DISTINCT ON (chain.exercise_id) chain.exercise_id, {PROFILE}
        FROM chain
        JOIN exercise_programming_profiles layer ON layer.exercise_id = chain.id
        ORDER BY chain.exercise_id, chain.distance
        """,
        exercise_ids,
    )
    return in_key_order(rows, exercise_ids, "exercise_id")


SafetyKey: TypeAlias = tuple[UUID | None, UUID]
"""An organization, or None, and an exercise as that organization sees it."""


async def safety_of(session: ReadSession, keys: Sequence[SafetyKey]) -> list[ShownSafety | None]:
    """The safety constraints of each exercise as an organization sees it; None where nothing is known of it.

    A fork that inherits its source's constraints has the organization's restrictions of the source too.
    """
    rows: list[SafetyRow] = await session.fetch(
        f"""
        WITH RECURSIVE {CHAIN.format(table="exercise_safety_constraints")},
        stored AS (
            SELECT DISTINCT ON (chain.exercise_id) chain.exercise_id, layer.avoid_if, layer.caution_if,
                   layer.indicated_for, layer.modifications, layer.risk_scores, layer.stressors
            FROM chain
            JOIN exercise_safety_constraints layer ON layer.exercise_id = chain.id
            ORDER BY chain.exercise_id, chain.distance
        )
        SELECT stored.exercise_id IS NOT NULL AS is_classified, stored.avoid_if, stored.caution_if,
               stored.indicated_for, stored.modifications, stored.risk_scores, stored.stressors,
               (SELECT jsonb_agg(jsonb_build_object('condition', condition, 'severity', severity, 'text', text))
                FROM (SELECT condition, severity, description AS text
                      FROM exercise_contraindications against
                      WHERE against.exercise_id = wanted.exercise_id
                        AND (stored.exercise_id IS NULL OR against.organization_id IS NOT NULL)
                      UNION ALL
                      SELECT condition, severity, modification
                      FROM safety_restrictions restriction
                      WHERE restriction.organization_id = wanted.organization_id
                        AND restriction.exercise_id IN (
                            SELECT chain.id FROM chain WHERE chain.exercise_id = wanted.exercise_id)) AS each) AS added
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (exercise_id, organization_id, position)
        LEFT JOIN stored ON stored.exercise_id = wanted.exercise_id
        ORDER BY wanted.position
        """,
        [exercise for _, exercise in keys],
        [organization for organization, _ in keys],
    )
    return [shown_safety(row) for row in rows]


EDGE = """edge.id, edge.from_exercise_id, edge.to_exercise_id, edge.progression_type, edge.difficulty_delta,
               edge.recommended_wait, edge.sort_order, edge.readiness_indicators, edge.transition_cues, edge.notes,
               edge.updated_at"""
"""The columns of an edge between exercises that are published."""


async def progressions_of(
    session: ReadSession, exercise_ids: Sequence[UUID], progression_type: str | None = None
) -> list[list[ProgressionRow]]:
    """The edges that leave each exercise, in their order; of a fork those of its nearest canonical source."""
    rows: list[ProgressionRow] = await session.fetch_list(
        f"""
        WITH RECURSIVE {CHAIN.format(table="(SELECT from_exercise_id AS exercise_id FROM exercise_progressions)")}
        SELECT chain.exercise_id, {EDGE}
        FROM chain
        JOIN exercise_progressions edge ON edge.from_exercise_id = chain.id AND edge.deleted_at IS NULL
        JOIN exercises target ON target.id = edge.to_exercise_id
        WHERE target.deleted_at IS NULL AND target.status = 'published'
          AND ($2::text IS NULL OR edge.progression_type = $2)
        ORDER BY chain.exercise_id, chain.distance, edge.sort_order, edge.id
        """,
        exercise_ids,
        progression_type,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def edges(session: ReadSession, ids: Sequence[UUID]) -> list[ProgressionRow | None]:
    """Edges by id, in key order."""
    rows: list[ProgressionRow] = await session.fetch(
        f"SELECT {EDGE} FROM exercise_progressions edge WHERE edge.id = ANY ($1) AND edge.deleted_at IS NULL", ids
    )
    return in_key_order(rows, ids)


async def chains_of(session: ReadSession, exercise_ids: Sequence[UUID], depth: int) -> list[list[UUID]]:
    """The ids of the exercises that the first progressions lead to from each exercise, at most `depth`, no cycles."""
    rows = await session.fetch(
        """
        WITH RECURSIVE chain (start, id, path) AS (
            SELECT start, start, ARRAY[start] FROM unnest($1::uuid[]) AS start
            UNION ALL
            SELECT chain.start, harder.id, chain.path || harder.id
            FROM chain
            CROSS JOIN LATERAL (
                SELECT edge.to_exercise_id AS id
                FROM exercise_progressions edge
                JOIN exercises target ON target.id = edge.to_exercise_id
                WHERE edge.from_exercise_id = chain.id AND edge.progression_type = 'progression'
                  AND edge.deleted_at IS NULL AND target.deleted_at IS NULL AND target.status = 'published'
                ORDER BY edge.sort_order, edge.id
                LIMIT 1
            ) AS harder
            WHERE cardinality(chain.path) <= $2 AND harder.id <> ALL (chain.path)
        )
        SELECT DISTINCT ON (start) start, path[2:] AS path
        FROM chain
        ORDER BY start, cardinality(path) DESC
        """,
        exercise_ids,
        depth,
    )
    found = {row.start: row.path for row in rows}
    return [found[id] for id in exercise_ids]


async def harder_exercises(session: ReadSession, exercise_ids: Sequence[UUID], depth: int) -> list[list[ExerciseRow]]:
    """The exercises of the chain of progressions from each exercise: two statements."""
    chains = await chains_of(session, exercise_ids, depth)
    return await several(session, by_ids, chains)


async def several_by_ids(session: ReadSession, groups: Sequence[tuple[UUID, ...]]) -> list[list[ExerciseRow | None]]:
    """The exercises of each group of ids, in their order; None for one that there is not."""
    return await several(session, by_ids, groups)


async def several_profiles(session: ReadSession, groups: Sequence[tuple[UUID, ...]]) -> list[list[ProfileRow | None]]:
    """The programming profiles of each group of exercises, in their order, as `profiles_of` has them."""
    return await several(session, profiles_of, groups)


async def several(session: ReadSession, batch: Any, groups: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The answers of a batch function to groups of keys, which are sent together; none are sent where there is none."""
    ids = list(dict.fromkeys(id for group in groups for id in group))
    found = dict(zip(ids, await batch(session, ids) if ids else (), strict=True))
    return [[found[id] for id in group] for group in groups]

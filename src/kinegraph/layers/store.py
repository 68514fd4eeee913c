"""Reading the profiles and safety constraints of exercises; a copy without a row has that of its nearest source."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules import ProfileRow
from kinegraph.layers.rules_safety import SafetyRow, ShownSafety, shown_safety

PROFILE = """class_key, modifiers, difficulty_level, force_type, stability_demand, skill_demand,
               recommended_rep_ranges, recommended_rest_times, measured_ranges, recommended_sets, default_tempo,
               fatigue_score, muscular_damage_potential, neuromuscular_demand, minimum_recovery, optimal_frequency,
               lifespan, caloric_demand, epoc_effect, updated_at"""


def chain_to(table: str, wanted: str = "unnest($1::uuid[])") -> str:
    """SQL of `chain`: each exercise of `wanted` and its sources, up to the first that has a row of `table`."""
    return f"""chain (exercise_id, id, distance) AS (
            SELECT wanted.id, wanted.id, 0 FROM {wanted} AS wanted (id)
            UNION ALL
            SELECT chain.exercise_id, e.forked_from_id, chain.distance + 1
            FROM chain
            JOIN exercises e ON e.id = chain.id
            WHERE e.forked_from_id IS NOT NULL AND chain.distance < 100
              AND NOT EXISTS (SELECT FROM {table} layer WHERE layer.exercise_id = chain.id)
        )"""


async def profiles_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[ProfileRow | None]:
    """The programming profile of each exercise; None where neither it nor a source has one."""
    rows: list[ProfileRow] = await session.fetch(
        f"""
        WITH RECURSIVE {chain_to("exercise_programming_profiles")}
        SELECT DISTINCT ON (chain.exercise_id) chain.exercise_id, {PROFILE}
        FROM chain
        JOIN exercise_programming_profiles layer ON layer.exercise_id = chain.id
        ORDER BY chain.exercise_id, chain.distance
        """,
        exercise_ids,
    )
    return in_key_order(rows, exercise_ids, "exercise_id")


ViewedKey: TypeAlias = tuple[UUID | None, UUID]
"""An organization, or None, and an exercise as that organization sees it."""


async def safety_of(session: ReadSession, keys: Sequence[ViewedKey]) -> list[ShownSafety | None]:
    """The safety constraints of each exercise as an organization sees it; None where nothing is known of it.

    A copy that inherits its source's constraints has the organization's restrictions of the source too.
    """
    rows: list[SafetyRow] = await session.fetch(
        f"""
        WITH RECURSIVE {chain_to("exercise_safety_constraints")},
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

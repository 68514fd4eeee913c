"""Loading candidates: one statement for all organizations that are asked for, cached by the version of the library.

The cache entry of an organization's catalogue:

- Key: the organization. Row-level security shows its exercises, overrides, restrictions and contraindications to all
  of its members alike; a viewer who is not a member gets none. Drafts are in it, marked: who may see them is decided
  where they are used.
- Version: those of the canonical library and of the organization's (`Viewer.version`), in the session's snapshot.
  Every table of the statement moves one of them (migrations 0025 and 0037), but for tags: those who write them also
  write their exercise. A body region that gets another slug has the old one in the entry until the next version.
- Bound: the cache's, at BYTES_PER_CANDIDATE an exercise. No entry takes more than an eighth of the cache: at 64 MB the
  catalogue of an organization with more than about 930 exercises is not cached, and each request loads it.
"""

from collections.abc import Mapping, Sequence
from typing import Any  # values of columns, by name
from uuid import UUID

from kinegraph.candidates.rules import Candidate, CandidateRow, Catalogue, Edge
from kinegraph.care.rules_exercises import UNKNOWN_DIFFICULTY, pattern_group_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules import ForceType, ProgressionType
from kinegraph.layers.rules_safety import shown_safety
from kinegraph.library.rules import merge
from kinegraph.taxonomy.rules import equipment_key
from kinegraph.taxonomy.rules_muscles import muscle_keys

MAX_CANDIDATES = 5_000
"""Exercises of one organization's merged library that software chooses among, at most: classified ones first."""
BYTES_PER_CANDIDATE = 9_000
"""Memory of a candidate with its layers, measured for the shipped library."""

STATEMENT = """
    WITH RECURSIVE visible AS MATERIALIZED (
        SELECT wanted.organization_id AS view_id, e.*
        FROM unnest($1::uuid[]) AS wanted (organization_id)
        CROSS JOIN LATERAL (
            SELECT e.id, e.organization_id, e.forked_from_id, e.slug, e.name,
                   CASE WHEN e.deleted_at IS NULL THEN e.status ELSE 'deleted' END AS status, e.kind,
                   e.movement_pattern, e.plane_of_motion, e.force_vector, e.mechanics, e.is_unilateral,
                   e.primary_muscles, e.secondary_muscles, e.equipment, e.optional_equipment, e.difficulty
            FROM exercises e
            LEFT JOIN exercise_programming_profiles own ON own.exercise_id = e.id
            WHERE (e.organization_id IS NULL OR e.organization_id = wanted.organization_id)
              AND CASE WHEN $3::uuid[] IS NOT NULL THEN e.id = ANY ($3)
                       ELSE e.deleted_at IS NULL
                            AND (e.status = 'published' OR (e.status = 'draft' AND e.organization_id IS NOT NULL)) END
            ORDER BY (own.class_key IS NULL AND e.forked_from_id IS NULL), e.organization_id NULLS LAST, e.id
            LIMIT $2
        ) AS e
    ),
    chain (start, id, source_id, distance) AS (
        SELECT DISTINCT id, id, forked_from_id, 0 FROM visible
        UNION ALL
        SELECT chain.start, source.id, source.forked_from_id, chain.distance + 1
        FROM chain
        JOIN exercises source ON source.id = chain.source_id
        WHERE chain.distance < 100
    ),
    profile AS (
        SELECT DISTINCT ON (chain.start) chain.start, layer.class_key, layer.difficulty_level, layer.force_type,
               layer.recommended_rep_ranges, layer.recommended_rest_times, layer.measured_ranges,
               layer.recommended_sets, layer.default_tempo, layer.fatigue_score, layer.skill_demand
        FROM chain
        JOIN exercise_programming_profiles layer ON layer.exercise_id = chain.id
        ORDER BY chain.start, chain.distance
    ),
    safety AS (
        SELECT DISTINCT ON (chain.start) chain.start, layer.avoid_if, layer.caution_if, layer.indicated_for,
               layer.modifications, layer.risk_scores, layer.stressors, chain.distance
        FROM chain
        JOIN exercise_safety_constraints layer ON layer.exercise_id = chain.id
        ORDER BY chain.start, chain.distance
    ),
    restrictions AS (
        SELECT chain.start, restriction.organization_id,
               jsonb_agg(
                   jsonb_build_object('condition', restriction.condition, 'severity', restriction.severity,
                                      'text', restriction.modification)
                   ORDER BY chain.distance, restriction.id) AS added
        FROM safety_restrictions restriction
        JOIN chain ON chain.id = restriction.exercise_id
        LEFT JOIN safety ON safety.start = chain.start
        WHERE restriction.organization_id = ANY ($1) AND (safety.start IS NULL OR chain.distance <= safety.distance)
        GROUP BY chain.start, restriction.organization_id
    ),
    edges AS (
        SELECT chain.start, jsonb_agg(
                   jsonb_build_array(edge.progression_type, edge.to_exercise_id)
                   ORDER BY chain.distance, edge.sort_order, edge.id) AS edges
        FROM chain
        JOIN exercise_progressions edge ON edge.from_exercise_id = chain.id AND edge.deleted_at IS NULL
        JOIN exercises target
            ON target.id = edge.to_exercise_id
            AND ($3::uuid[] IS NOT NULL OR (target.status = 'published' AND target.deleted_at IS NULL))
        GROUP BY chain.start
    ),
    roots AS (
        SELECT DISTINCT ON (start) start, id AS root_id FROM chain ORDER BY start, distance DESC
    )
    SELECT e.*, o.overrides, roots.root_id, edges.edges,
           ARRAY(
               SELECT region.slug
               FROM exercise_tags tag
               JOIN exercise_body_regions region ON region.id = tag.body_region_id
               WHERE tag.exercise_id = e.id
           ) AS regions,
           profile.class_key, profile.difficulty_level, profile.force_type, profile.recommended_rep_ranges,
           profile.recommended_rest_times, profile.measured_ranges, profile.recommended_sets, profile.default_tempo,
           profile.fatigue_score, profile.skill_demand,
           safety.start IS NOT NULL AS is_classified, safety.avoid_if, safety.caution_if, safety.indicated_for,
           safety.modifications, safety.risk_scores, safety.stressors,
           coalesce((
               SELECT jsonb_agg(
                   jsonb_build_object('condition', condition, 'severity', severity, 'text', against.description))
               FROM exercise_contraindications against
               WHERE against.exercise_id = e.id AND (safety.start IS NULL OR against.organization_id IS NOT NULL)
           ), '[]') || coalesce(restrictions.added, '[]') AS added
    FROM visible e
    JOIN roots ON roots.start = e.id
    LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = e.view_id
    LEFT JOIN profile ON profile.start = e.id
    LEFT JOIN safety ON safety.start = e.id
    LEFT JOIN restrictions ON restrictions.start = e.id AND restrictions.organization_id = e.view_id
    LEFT JOIN edges ON edges.start = e.id
"""
"""$1: organizations; $2: the greatest number of rows of each; $3: only exercises with these ids, in any status, with
edges to exercises in any status: what stands behind one that was archived is reached through it.

A copy has its source's restrictions as long as it has its constraints, as in `layers.store.safety_of`.
"""


async def catalogues(session: ReadSession[Viewer], organization_ids: Sequence[UUID]) -> list[Catalogue]:
    """The catalogue of each organization of the viewer's, in key order: from the cache where it is current."""
    cache, viewer = session.cache, session.viewer
    cached_ids = [id for id in organization_ids if cache is not None and is_cached(viewer, id)]
    found = {id: cache.get((KIND, id), viewer.version(id)) for id in cached_ids} if cache is not None else {}
    missing = [id for id in dict.fromkeys(organization_ids) if found.get(id) is None]
    found |= await loaded(session, missing) if missing else {}
    for id in cached_ids:
        if cache is not None and id in missing:
            size = BYTES_PER_CANDIDATE * len(found[id].candidates)
            cache.put((KIND, id), viewer.version(id), found[id], size)
    return [found[id] for id in organization_ids]


KIND = "catalogue"
"""The kind of these entries of the cache."""


def is_cached(viewer: Viewer, organization_id: UUID) -> bool:
    """True if the viewer may read an organization's entry of the cache, and its versions exist."""
    return viewer.organization(organization_id) is not None and None not in viewer.version(organization_id)


async def loaded(session: ReadSession, organization_ids: Sequence[UUID]) -> Mapping[UUID, Catalogue]:
    """The catalogues of organizations as they are stored now, by one statement."""
    rows: list[CandidateRow] = await session.fetch(STATEMENT, organization_ids, MAX_CANDIDATES, None)
    by_organization: dict[UUID, list[Candidate]] = {id: [] for id in organization_ids}
    for row in rows:
        by_organization[row.view_id].append(candidate_of(row))
    return {
        id: Catalogue(id, tuple(sorted(each, key=lambda one: (one.key, one.id))))
        for id, each in by_organization.items()
    }


async def candidates(session: ReadSession, keys: Sequence[tuple[UUID, UUID]]) -> list[Candidate | None]:
    """Exercises as organizations see them, in key order, archived and deleted ones too; None for others'."""
    organizations, ids = dict.fromkeys(key[0] for key in keys), dict.fromkeys(key[1] for key in keys)
    rows: list[CandidateRow] = await session.fetch(STATEMENT, [*organizations], len(ids), [*ids])
    found = {(row.view_id, row.id): candidate_of(row) for row in rows}
    return [found.get(key) for key in keys]


def candidate_of(row: CandidateRow) -> Candidate:
    """The candidate of a row, with the organization's override merged into it."""
    values: Any = merge(row, row.overrides, row.view_id)  # type: ignore[arg-type]  # it has the columns that are read
    return _candidate(row, values, _candidate(row, row, None) if values.diff else None)


def _candidate(row: CandidateRow, values: Any, stored: Candidate | None) -> Candidate:
    """The candidate of a row with values of it, or with those of an organization."""
    primary = muscle_keys(values.primary_muscles)
    difficulty = values.difficulty if values.difficulty is not None else row.difficulty_level
    return Candidate(
        id=row.id,
        organization_id=row.view_id,
        is_own=row.organization_id is not None,
        root_id=row.root_id,
        slug=row.slug,
        name=values.name,
        status=row.status,
        kind=values.kind,
        pattern=values.movement_pattern,
        plane=values.plane_of_motion,
        vector=values.force_vector,
        mechanics=values.mechanics,
        is_unilateral=values.is_unilateral,
        primary=frozenset(primary),
        secondary=frozenset(muscle_keys(values.secondary_muscles)),
        regions=frozenset(row.regions),
        pattern_group=pattern_group_of(values.movement_pattern, primary),
        equipment={equipment_key(name): name for name in values.equipment},
        optional_equipment={equipment_key(name): name for name in values.optional_equipment},
        difficulty=UNKNOWN_DIFFICULTY if difficulty is None else difficulty,
        class_key=row.class_key,
        is_compound=row.force_type == ForceType.COMPOUND,
        fatigue=row.fatigue_score or 1,
        tempo=row.default_tempo,
        layer=row,
        safety=shown_safety(row),
        edges=tuple(Edge(ProgressionType(kind), UUID(to)) for kind, to in row.edges or ()),
        stored=stored,
    )

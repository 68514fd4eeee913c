"""Organizations of different sizes, for tests that count statements."""

from dataclasses import dataclass

import asyncpg

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_WORKOUT
from tests.conftest import Api, Organization, Person, World
from tests.rooms import Growth, grow_rooms


@dataclass
class Size:
    """A coach and a member, their organizations, and the number of exercises of each."""

    coach: Person
    member: Person
    organizations: list[Organization]
    exercises: int


async def grow(api: Api, world: World, owner: "asyncpg.Pool[Row]", organizations: int, rows: int) -> Size:
    """A coach and a member of this number of organizations, each with this number of rows of everything."""
    coach, member = await world.person(), await world.person()
    made = [await world.organization() for _ in range(organizations)]
    for organization in made:
        await world.join(organization.id, "coach", coach)
        await world.join(organization.id, "member", member)
        for _ in range(rows - 1):
            await world.join(organization.id, "member")
        await fill(api, world, owner, organization, rows)
        assigned = [organization.id, member.id, coach.id]
        await owner.execute(
            """
            INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
            SELECT organization_id, id, $2, $3, current_date FROM workouts WHERE organization_id = $1
            """,
            *assigned,
        )
        await achieve(owner, organization, rows)
        await plan(owner, organization, rows)
        await enroll(owner, organization, member, rows)
        await grow_rooms(Growth(owner, organization, member, rows))
    return Size(coach, member, made, rows)


async def fill(api: Api, world: World, owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of programs, own exercises (forks of forks), overrides, workouts, sections, movements,
    comments, replies, terms, child rows of each own exercise, and restrictions of each exercise that is overridden.
    """
    own = organization.id
    await owner.execute(
        "INSERT INTO programs (organization_id, name) SELECT $1, 'Program ' || n FROM generate_series(1, $2) n",
        own,
        rows,
    )
    await owner.execute(
        """
        WITH source AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM exercises
                        WHERE organization_id IS NULL ORDER BY id LIMIT $2),
             fork AS (INSERT INTO exercises (organization_id, name, forked_from_id)
                      SELECT $1, 'Fork ' || n, id FROM source RETURNING id, name),
             again AS (INSERT INTO exercises (organization_id, name, forked_from_id, video_url)
                       SELECT $1, name || ' again', id, 'https://example.com' FROM fork)
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
        SELECT $1, id, jsonb_build_object('name', 'Ours ' || n) FROM source
        """,
        own,
        rows,
    )
    programs = await owner.fetch("SELECT id FROM programs WHERE organization_id = $1", own)
    forks = await owner.fetch("SELECT id FROM exercises WHERE organization_id = $1 AND name LIKE '% again'", own)
    overridden = await owner.fetch(
        "SELECT exercise_id AS id FROM exercise_org_overrides WHERE organization_id = $1", own
    )
    movements = [{"exerciseId": str(row.id), "prescription": {"sets": 3}} for row in (*forks, *overridden)]
    sections = [{"movements": movements} for _ in range(rows)]
    for number in range(rows):
        input = {
            "organizationId": str(own), "programId": str(programs[number].id), "title": "Day", "sections": sections
        }  # fmt: skip
        await api.run(CREATE_WORKOUT, organization.coach, input=input)
    await comment(owner, organization, rows)
    await describe(owner, organization, rows)


async def achieve(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store a result of each assignment, with this number of sets of each movement, and of submissions."""
    await owner.execute(
        """
        WITH done AS (INSERT INTO assignment_results
                          (organization_id, assignment_id, athlete_id, updated_by_user_id, scoring, performed_on)
                      SELECT organization_id, id, athlete_id, assigned_by_id, 'none', scheduled_for
                      FROM workout_assignments WHERE organization_id = $1
                      RETURNING *),
             sent AS (INSERT INTO result_submissions (organization_id, result_id, athlete_id, client_id, content_hash,
                                                      content, recorded_by_user_id)
                      SELECT organization_id, id, athlete_id, id::text || n, '', '{}', updated_by_user_id
                      FROM done, generate_series(1, $2) n)
        INSERT INTO result_sets (organization_id, result_id, athlete_id, movement_id, exercise_id, sort_order, number,
                                 reps, load, load_unit, target_load, target_load_unit)
        SELECT done.organization_id, done.id, done.athlete_id, m.id, m.exercise_id, m.sort_order, n,
               5, 100, 'kg', 80, 'percent_1rm'
        FROM done
        JOIN workout_assignments a ON a.id = done.assignment_id
        JOIN workout_sections s ON s.workout_id = a.workout_id
        JOIN workout_movements m ON m.section_id = s.id, generate_series(1, $2) n
        """,
        organization.id,
        rows,
    )


async def comment(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of comments on each movement, with as many replies, each with an attachment."""
    own = organization.id
    for _ in range(rows):
        await owner.execute(
            """
            WITH top AS (INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body)
                         SELECT organization_id, id, $2, 'Comment' FROM workout_movements WHERE organization_id = $1
                         RETURNING *)
            INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, parent_comment_id)
            SELECT organization_id, workout_movement_id, author_id, 'Reply', id
            FROM top CROSS JOIN generate_series(1, $3)
            """,
            own,
            organization.coach.id,
            rows,
        )
    await owner.execute(
        """
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, thumb_url, uploaded_by)
        SELECT organization_id, 'exercise_comment', id, 'key', 'image/png', 'image', 'key', author_id
        FROM exercise_comments
        WHERE organization_id = $1
        """,
        own,
    )


async def describe(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of terms of each taxonomy, of categories below them, and of details of each own exercise."""
    await owner.execute(
        """
        WITH top AS (INSERT INTO exercise_categories (organization_id, name, identity, slug)
                     SELECT $1, 'Top ' || n, 'top ' || n, 'top-' || n FROM generate_series(1, $2) n RETURNING id, slug),
             below AS (INSERT INTO exercise_categories
                           (organization_id, name, identity, slug, parent_id, parent_organization_id)
                       SELECT $1, 'Below ' || n, slug || '-' || n, slug || '-' || n, id, $1
                       FROM top, generate_series(1, $2) n
                       RETURNING id),
             region AS (INSERT INTO exercise_body_regions (organization_id, name, identity, slug, body_area)
                        SELECT $1, 'Region ' || n, 'region ' || n, 'region-' || n, 'Area'
                        FROM generate_series(1, $2) n RETURNING id),
             item AS (INSERT INTO exercise_equipment (organization_id, name, identity, slug)
                      SELECT $1, 'Item ' || n, 'item ' || n, 'item-' || n FROM generate_series(1, $2) n RETURNING id)
        INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id, term_organization_id)
        SELECT exercises.id, $1, term.kind, term.id, $1
        FROM (SELECT id, 'category' AS kind FROM below
              UNION ALL SELECT id, 'body_region' FROM region
              UNION ALL SELECT id, 'equipment' FROM item) AS term
        CROSS JOIN exercises
        WHERE exercises.organization_id = $1
        """,
        organization.id,
        rows,
    )
    for table, columns, values in (
        ("exercise_instructions", "type, body", "'step', 'Step'"),
        ("exercise_contraindications", "condition, condition_key, severity", "'condition', 'condition', 'warning'"),
    ):
        await owner.execute(
            f"""
            INSERT INTO {table} (exercise_id, organization_id, sort_order, {columns})
            SELECT id, $1, n, {values} FROM exercises, generate_series(1, $2) n WHERE organization_id = $1
            """,
            organization.id,
            rows,
        )
    await owner.execute(
        """
        INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
        SELECT organization_id, exercise_id, 'knee_pain', 'restriction' FROM exercise_org_overrides
        WHERE organization_id = $1
        """,
        organization.id,
    )


async def plan(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of treatment plans, each with a version and as many sessions of the overridden exercises.

    And one in the last week: something is still to be done, whatever the day.
    """
    await owner.execute(
        """
        WITH plan AS (INSERT INTO treatment_plans (organization_id, author_id, title, weeks, status)
                      SELECT $1, $2, 'Plan ' || n, 8, 'published' FROM generate_series(1, $3) n RETURNING id),
             session AS (INSERT INTO treatment_plan_sessions (organization_id, plan_id, week, day)
                         SELECT $1, plan.id, week, day FROM plan,
                             (SELECT 1 + n / 7 AS week, 1 + n % 7 AS day FROM generate_series(0, $3 - 1) n
                              UNION ALL SELECT 8, 7) AS days RETURNING *),
             exercise AS (INSERT INTO treatment_plan_session_exercises
                              (organization_id, session_id, exercise_id, sort_order, sets)
                          SELECT $1, session.id, o.exercise_id, row_number() OVER (PARTITION BY session.id) - 1, 3
                          FROM session, exercise_org_overrides o WHERE o.organization_id = $1 RETURNING *),
             version AS (INSERT INTO plan_versions (organization_id, plan_id, number, title, weeks, published_by_id)
                         SELECT $1, plan.id, 1, 'Plan', 8, $2 FROM plan RETURNING id, plan_id),
             frozen AS (INSERT INTO plan_version_sessions
                            (organization_id, version_id, source_id, week, day, sort_order)
                        SELECT $1, version.id, session.id, week, day, sort_order
                        FROM version JOIN session USING (plan_id) RETURNING id, version_id, source_id)
        INSERT INTO plan_version_exercises (organization_id, version_id, session_id, source_id, exercise_id, sort_order,
                                            sets, per_side, content_hash)
        SELECT $1, frozen.version_id, frozen.id, exercise.id, exercise_id, sort_order, sets, false, ''
        FROM frozen JOIN exercise ON exercise.session_id = frozen.source_id
        """,
        organization.id,
        organization.coach.id,
        rows,
    )
    await owner.execute(
        """
        UPDATE treatment_plans p SET current_version_id = v.id FROM plan_versions v
        WHERE v.plan_id = p.id AND p.organization_id = $1
        """,
        organization.id,
    )


async def enroll(owner: "asyncpg.Pool[Row]", organization: Organization, member: Person, rows: int) -> None:
    """Enroll a member with a sore knee in each plan from today on, and this number of others in the first one.

    Each enrollment has as many pauses and moves, and each patient as many consents.
    """
    await owner.execute(
        """
        WITH person AS (SELECT user_id FROM memberships WHERE organization_id = $1 AND role = 'member'
                        ORDER BY user_id = $2 DESC, user_id LIMIT $3 + 1),
             patient AS (INSERT INTO patients (organization_id, user_id, has_conditions_consent, has_biometric_consent,
                                                  conditions)
                         SELECT $1, user_id, true, true, '{knee_pain}' FROM person),
             consent AS (INSERT INTO patient_consents (organization_id, user_id, kind, level, recorded_by_id)
                         SELECT $1, user_id, 'telemetry', 1, user_id FROM person, generate_series(1, $3)),
             made AS (INSERT INTO enrollments
                          (organization_id, plan_id, version_id, patient_id, enrolled_by_id, starts_on)
                      SELECT $1, p.id, p.current_version_id, user_id, $4, current_date
                      FROM (SELECT id, current_version_id, row_number() OVER (ORDER BY id) AS n FROM treatment_plans
                            WHERE organization_id = $1) p
                      JOIN person ON user_id = $2 OR p.n = 1
                      RETURNING *),
             held AS (INSERT INTO enrollment_versions
                          (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
                      SELECT id, $1, patient_id, plan_id, version_id, starts_on FROM made),
             pause AS (INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day)
                       SELECT id, $1, patient_id, starts_on + 50 + n, starts_on + 50 + n
                       FROM made, generate_series(1, $3) n),
             pose AS (INSERT INTO pose_sessions (organization_id, user_id, session_id, exercise_id, plan_exercise_id,
                          enrollment_id, started_at, last_at, frames, accuracy_sum, accuracy_frames, feedback)
                      SELECT $1, patient_id, uuidv7(), x.exercise_id, x.id, made.id, now(), now(), 1, 0.5, 1, '{"A": 1}'
                      FROM made JOIN plan_version_exercises x USING (version_id), generate_series(1, $3)),
             view AS (INSERT INTO media_sessions (organization_id, user_id, session_id, exercise_id, started_at,
                          last_at, events, watched_seconds, bufferings, buffered_seconds, milestone_percent)
                      SELECT $1, patient_id, uuidv7(), x.exercise_id, now(), now(), 1, 5, 0, 0, 25
                      FROM made JOIN plan_version_exercises x ON x.version_id = made.version_id)
        INSERT INTO enrollment_moves (enrollment_id, organization_id, patient_id, to_status, to_version_id,
                                      effective_on, moved_by_id)
        SELECT id, $1, patient_id, 'active', version_id, starts_on, $4 FROM made, generate_series(1, $3)
        """,
        organization.id,
        member.id,
        rows,
        organization.coach.id,
    )

-- The exercises that a patient does on the days of a substitution, or of an answer to a proposal, in other places.
--
-- $1: the keys as JSON: an enrollment, and either an exercise of its plan (planned_id), whose days from the patient's
-- next day on count, or the versions that are checked: then the days from today on of each substitution that holds
-- then by another exercise, and of what is done beside it this exercise alone. $2: the organizations that the viewer
-- coaches. A place is an exercise of the plan of an enrollment that has not ended. Paused days count, since a pause may
-- be taken back. A version that is checked, and does not hold, is taken as if it held from today on.
WITH sent AS MATERIALIZED (
    SELECT list.*, e.organization_id, e.patient_id, e.starts_on, calendar.today
    FROM jsonb_to_recordset($1) AS list (position integer, enrollment_id uuid, planned_id uuid, versions uuid[])
    JOIN enrollments e ON e.id = list.enrollment_id AND e.organization_id = ANY ($2)
    LEFT JOIN patients p ON p.organization_id = e.organization_id AND p.user_id = e.patient_id
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE coalesce(p.time_zone, 'UTC'))::date AS today) AS calendar
),
wanted AS MATERIALIZED (
    SELECT sent.*, sent.today + 1 AS first_day, NULL::date AS last_day, NULL::uuid AS substitute_id
    FROM sent
    WHERE sent.planned_id IS NOT NULL
    UNION ALL
    SELECT sent.position, sent.enrollment_id, b.exercise_id, sent.versions, sent.organization_id, sent.patient_id,
           sent.starts_on, sent.today, greatest(b.from_day, sent.today), b.to_day, b.substitute_id
    FROM sent
    JOIN exercise_substitutions b ON b.enrollment_id = sent.enrollment_id AND b.substitute_id <> b.exercise_id
        AND (b.to_day IS NULL OR b.to_day >= greatest(b.from_day, sent.today))
    WHERE sent.planned_id IS NULL
),
held AS MATERIALIZED (
    SELECT h.enrollment_id, e.patient_id, e.organization_id, e.starts_on, e.ended_on, h.version_id, h.from_day,
           lead(h.from_day) OVER (PARTITION BY h.enrollment_id ORDER BY h.from_day) AS until_day
    FROM enrollments e
    JOIN enrollment_versions h ON h.enrollment_id = e.id
    WHERE (e.patient_id, e.organization_id) IN (SELECT wanted.patient_id, wanted.organization_id FROM wanted)
),
span AS (
    SELECT sent.position, held.enrollment_id, held.starts_on, held.ended_on, held.version_id, held.from_day,
           held.until_day
    FROM sent
    JOIN held ON held.patient_id = sent.patient_id AND held.organization_id = sent.organization_id
    WHERE sent.planned_id IS NOT NULL OR held.enrollment_id <> sent.enrollment_id
       OR held.version_id = ANY (sent.versions)
    UNION ALL
    SELECT sent.position, sent.enrollment_id, sent.starts_on, NULL, checked.id, sent.today, NULL
    FROM sent
    CROSS JOIN LATERAL unnest(sent.versions) AS checked (id)
    WHERE sent.planned_id IS NULL AND sent.position IN (SELECT wanted.position FROM wanted)
      AND NOT EXISTS (SELECT FROM held
                      WHERE held.enrollment_id = sent.enrollment_id AND held.version_id = checked.id)
),
planned AS (
    SELECT span.position, span.enrollment_id, x.exercise_id AS planned_id,
           span.starts_on + 7 * (s.week - 1) + s.day - 1 AS on_day, 10 * s.week + s.day AS place
    FROM span
    JOIN plan_versions v ON v.id = span.version_id
    JOIN plan_version_sessions s ON s.version_id = span.version_id AND s.week <= v.weeks
    JOIN plan_version_exercises x ON x.session_id = s.id
    WHERE span.starts_on + 7 * (s.week - 1) + s.day - 1 >= span.from_day
      AND (span.until_day IS NULL OR span.starts_on + 7 * (s.week - 1) + s.day - 1 < span.until_day)
      AND (span.ended_on IS NULL OR span.starts_on + 7 * (s.week - 1) + s.day - 1 < span.ended_on)
),
done AS MATERIALIZED (
    SELECT planned.*, coalesce(b.substitute_id, planned.planned_id) AS exercise_id
    FROM planned
    JOIN (SELECT position, min(first_day) AS first_day FROM wanted GROUP BY position) AS near
        ON near.position = planned.position AND planned.on_day >= near.first_day
    LEFT JOIN exercise_substitutions b ON b.enrollment_id = planned.enrollment_id
        AND b.exercise_id = planned.planned_id AND b.from_day <= planned.on_day
        AND (b.to_day IS NULL OR planned.on_day <= b.to_day)
)
SELECT wanted.position, wanted.organization_id, wanted.patient_id, other.exercise_id,
       array_agg(DISTINCT own.place ORDER BY own.place) AS places,
       bool_and(other.enrollment_id <> wanted.enrollment_id) AS is_elsewhere
FROM wanted
JOIN done own ON own.position = wanted.position AND own.enrollment_id = wanted.enrollment_id
    AND own.planned_id = wanted.planned_id AND own.on_day >= wanted.first_day
    AND (wanted.last_day IS NULL OR own.on_day <= wanted.last_day)
JOIN done other ON other.position = wanted.position AND other.on_day = own.on_day
    AND (other.enrollment_id, other.planned_id) <> (wanted.enrollment_id, wanted.planned_id)
    AND other.exercise_id = coalesce(wanted.substitute_id, other.exercise_id)
GROUP BY wanted.position, wanted.organization_id, wanted.patient_id, other.exercise_id
ORDER BY wanted.position, other.exercise_id

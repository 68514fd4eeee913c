-- What is due of enrollments between two days, both included: a row for each prescription, in order.
--
-- $1: enrollments; $2, $3: the first and the last day for each; null: today, by the patient's time zone.
-- A session without exercises has a row whose exercise is null. `enrollment.rules_calendar` says the same in Python.
WITH wanted AS (
    SELECT list.position, e.id, e.starts_on, e.ended_on,
           coalesce(list.first_day, calendar.today) AS first_day,
           coalesce(list.last_day, calendar.today) AS last_day
    FROM unnest($1::uuid[], $2::date[], $3::date[]) WITH ORDINALITY
             AS list (enrollment_id, first_day, last_day, position)
    JOIN enrollments e ON e.id = list.enrollment_id
    LEFT JOIN patients p ON p.organization_id = e.organization_id AND p.user_id = e.patient_id
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE coalesce(p.time_zone, 'UTC'))::date AS today) AS calendar
),
held AS (
    SELECT wanted.position, h.version_id, v.weeks, h.from_day,
           lead(h.from_day) OVER (PARTITION BY wanted.position ORDER BY h.from_day) AS until_day
    FROM wanted
    JOIN enrollment_versions h ON h.enrollment_id = wanted.id
    JOIN plan_versions v ON v.id = h.version_id
)
SELECT wanted.position, wanted.id AS enrollment_id, due.on_day, s.week, s.day, held.version_id,
       s.id AS session_id, x.id AS version_exercise_id, x.source_id, x.exercise_id
FROM wanted
JOIN held ON held.position = wanted.position
JOIN plan_version_sessions s ON s.version_id = held.version_id AND s.week <= held.weeks
CROSS JOIN LATERAL (SELECT wanted.starts_on + 7 * (s.week - 1) + s.day - 1 AS on_day) AS due
LEFT JOIN plan_version_exercises x ON x.session_id = s.id
WHERE due.on_day BETWEEN wanted.first_day AND wanted.last_day
  AND due.on_day >= held.from_day
  AND (held.until_day IS NULL OR due.on_day < held.until_day)
  AND (wanted.ended_on IS NULL OR due.on_day < wanted.ended_on)
  AND NOT EXISTS (
      SELECT
      FROM enrollment_pauses pause
      WHERE pause.enrollment_id = wanted.id
        AND due.on_day >= pause.from_day AND (pause.to_day IS NULL OR due.on_day <= pause.to_day))
ORDER BY wanted.position, due.on_day, s.sort_order, s.id, x.sort_order, x.id

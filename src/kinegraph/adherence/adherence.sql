-- The adherence of enrollments up to and including a day, with its weeks and the current streak.
--
-- $1: enrollments; $2: the day; null: today, by the patient's time zone.
WITH wanted AS (
    SELECT e.id, e.organization_id, e.patient_id, e.starts_on, e.ended_on, coalesce($2::date, calendar.today) AS as_of
    FROM enrollments e
    LEFT JOIN patients p ON p.organization_id = e.organization_id AND p.user_id = e.patient_id
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE coalesce(p.time_zone, 'UTC'))::date AS today) AS calendar
    WHERE e.id = ANY ($1)
), daily AS (
    SELECT w.id, w.as_of, (d.day - w.starts_on) / 7 + 1 AS week, d.day,
           sum(d.prescribed - coalesce(t.prescribed[d.place - 1], 0)) AS prescribed,
           sum(d.completed - coalesce(t.completed[d.place - 1], 0)) AS completed
    FROM wanted w
    JOIN adherence_totals t ON t.enrollment_id = w.id
    CROSS JOIN LATERAL unnest(t.days, t.prescribed, t.completed) WITH ORDINALITY
        AS d (day, prescribed, completed, place)
    WHERE d.day <= w.as_of
    GROUP BY w.id, w.as_of, w.starts_on, d.day
), marked AS (
    SELECT d.*, max(d.day) FILTER (WHERE d.completed < d.prescribed AND d.day < d.as_of)
                    OVER (PARTITION BY d.id) AS missed_on
    FROM daily d
    WHERE d.prescribed > 0
), weekly AS (
    SELECT m.id, m.week, sum(m.prescribed) AS prescribed, sum(m.completed) AS completed,
           count(*) FILTER (WHERE m.completed = m.prescribed AND m.day > coalesce(m.missed_on, '-infinity'))
               AS streak
    FROM marked m
    GROUP BY m.id, m.week
)
SELECT w.id AS enrollment_id, w.organization_id, w.patient_id, w.as_of, weeks.prescribed, weeks.completed,
       weeks.current_streak_days, weeks.weeks_prescribed, weeks.weeks_completed
FROM wanted w
LEFT JOIN LATERAL (
    SELECT v.weeks
    FROM enrollment_versions h
    JOIN plan_versions v ON v.id = h.version_id
    WHERE h.enrollment_id = w.id AND h.from_day <= greatest(w.as_of, w.starts_on)
    ORDER BY h.from_day DESC
    LIMIT 1
) AS held ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(k.prescribed), 0)::integer AS prescribed,
           coalesce(sum(k.completed), 0)::integer AS completed,
           coalesce(sum(k.streak), 0)::integer AS current_streak_days,
           coalesce(array_agg(coalesce(k.prescribed, 0)::integer ORDER BY n.week), '{}') AS weeks_prescribed,
           coalesce(array_agg(coalesce(k.completed, 0)::integer ORDER BY n.week), '{}') AS weeks_completed
    FROM generate_series(1, greatest(
        least(held.weeks, (least(w.as_of, w.ended_on - 1) - w.starts_on + 7) / 7),
        (SELECT max(last.week) FROM weekly last WHERE last.id = w.id)
    )) AS n (week)
    LEFT JOIN weekly k ON k.id = w.id AND k.week = n.week
) AS weeks

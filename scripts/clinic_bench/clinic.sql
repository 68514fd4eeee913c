-- A clinic: its plans have 52 weeks of three sessions (days 1, 3 and 5) of seven exercises, 21 different ones in each.
-- {patients} patients, {plans} plans; every patient began 365 days ago and is active. Nine of ten sessions were done; every eighth
-- patient logged nothing for the last two weeks. Triggers are off while the logs are written.

INSERT INTO organizations (id, name, slug) VALUES (md5('clinic')::uuid, 'Large clinic', 'large-clinic');

INSERT INTO users (id, name, email)
SELECT md5('user ' || n)::uuid, 'Patient ' || n, 'patient' || n || '@clinic.example'
FROM generate_series(0, {patients}) AS n;

INSERT INTO memberships (organization_id, user_id, role)
SELECT md5('clinic')::uuid, md5('user ' || n)::uuid, (CASE n WHEN 0 THEN 'owner' ELSE 'member' END)::membership_role
FROM generate_series(0, {patients}) AS n;

INSERT INTO treatment_plans (id, organization_id, author_id, title, weeks, status)
SELECT md5('plan ' || p)::uuid, md5('clinic')::uuid, md5('user 0')::uuid, 'Plan ' || p, 52, 'published'
FROM generate_series(1, {plans}) AS p;

INSERT INTO plan_versions (id, organization_id, plan_id, number, title, weeks, published_by_id)
SELECT md5('version ' || p)::uuid, md5('clinic')::uuid, md5('plan ' || p)::uuid, 1, 'Plan ' || p, 52, md5('user 0')::uuid
FROM generate_series(1, {plans}) AS p;

INSERT INTO plan_version_sessions (id, organization_id, version_id, source_id, week, day, sort_order)
SELECT md5(concat_ws(' ', 'session', p, w, d))::uuid, md5('clinic')::uuid, md5('version ' || p)::uuid,
       md5(concat_ws(' ', 'source', p, w, d))::uuid, w, d, 0
FROM generate_series(1, {plans}) AS p, generate_series(1, 52) AS w, unnest('{{1,3,5}}'::integer[]) AS d;

INSERT INTO plan_version_exercises (id, organization_id, version_id, session_id, source_id, exercise_id, sort_order,
                                    sets, reps, per_side, content_hash)
SELECT md5(concat_ws(' ', 'exercise', p, w, d, n))::uuid, md5('clinic')::uuid, md5('version ' || p)::uuid,
       md5(concat_ws(' ', 'session', p, w, d))::uuid, md5(concat_ws(' ', 'source', p, w, d, n))::uuid,
       chosen.ids[1 + (p * 13 + d * 7 + n) % 60], n, 3, 10, false, ''
FROM generate_series(1, {plans}) AS p, generate_series(1, 52) AS w, unnest('{{1,3,5}}'::integer[]) AS d,
     generate_series(1, 7) AS n,
     (SELECT array_agg(id ORDER BY id) AS ids
      FROM (SELECT id FROM exercises WHERE organization_id IS NULL ORDER BY id LIMIT 60) AS e) AS chosen;

INSERT INTO patients (organization_id, user_id, time_zone)
SELECT md5('clinic')::uuid, md5('user ' || n)::uuid, (ARRAY['UTC', 'Asia/Jerusalem', 'America/New_York'])[1 + n % 3]
FROM generate_series(1, {patients}) AS n;

INSERT INTO enrollments (id, organization_id, plan_id, version_id, patient_id, enrolled_by_id, starts_on)
SELECT md5('enrollment ' || n)::uuid, md5('clinic')::uuid, md5('plan ' || 1 + n % {plans})::uuid,
       md5('version ' || 1 + n % {plans})::uuid, md5('user ' || n)::uuid, md5('user 0')::uuid, current_date - 365 + n % 7
FROM generate_series(1, {patients}) AS n;

ALTER TABLE enrollment_versions DISABLE TRIGGER USER;
ALTER TABLE exercise_logs DISABLE TRIGGER USER;

INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
SELECT id, organization_id, patient_id, plan_id, version_id, starts_on FROM enrollments;

INSERT INTO exercise_logs (organization_id, enrollment_id, patient_id, version_exercise_id, source_id, exercise_id,
                           client_id, content_hash, performed_on, sets_completed, reps_completed, pain_score, exertion,
                           recorded_by_id, created_at, updated_at)
SELECT e.organization_id, e.id, e.patient_id, x.id, x.source_id, x.exercise_id, gen_random_uuid()::text, '',
       due.day, 3, 10, abs(hashint4(n.number * 7 + s.week)) % 5 + (n.number % 20 = 0)::integer * 2,
       abs(hashint4(n.number * 11 + s.week)) % 8, e.patient_id, received.at, received.at
FROM generate_series(1, {patients}) AS n (number)
JOIN enrollments e ON e.id = md5('enrollment ' || n.number)::uuid
JOIN plan_version_sessions s ON s.version_id = e.version_id
JOIN plan_version_exercises x ON x.session_id = s.id
CROSS JOIN LATERAL (SELECT e.starts_on + (s.week - 1) * 7 + s.day - 1 AS day) AS due
CROSS JOIN LATERAL (SELECT least(now(), due.day + (n.number % 40 = 0)::integer * 10 + time '18:00') AS at) AS received
WHERE due.day <= current_date - CASE WHEN n.number % 8 = 0 THEN 14 ELSE 0 END
  AND abs(hashint4(n.number * 1000 + s.week * 10 + s.day)) % 100 < 92;

ALTER TABLE enrollment_versions ENABLE TRIGGER USER;
ALTER TABLE exercise_logs ENABLE TRIGGER USER;

, sums AS (
    INSERT INTO pose_sessions AS before (
        organization_id, user_id, session_id, exercise_id, plan_exercise_id, enrollment_id, started_at, last_at,
        frames, accuracy_sum, accuracy_frames, reps, rom_min_degrees, rom_max_degrees, feedback)
    SELECT $1, $2, session_id, exercise_id, plan_exercise_id, enrollment_id, min(occurred_at), max(occurred_at),
           count(*), coalesce(sum(accuracy), 0), count(accuracy), max(reps), min(rom_degrees), max(rom_degrees),
           coalesce((SELECT jsonb_object_agg(found.code, found.frames)
                     FROM (SELECT code, count(*) AS frames
                           FROM sent AS frame CROSS JOIN string_to_table(frame.feedback, ' ') AS code
                           GROUP BY code ORDER BY frames DESC, code LIMIT 50) AS found), '{}')
    FROM sent
    GROUP BY session_id, exercise_id, plan_exercise_id, enrollment_id
    ON CONFLICT ON CONSTRAINT pose_sessions_session_key DO UPDATE SET
        plan_exercise_id = coalesce(before.plan_exercise_id, excluded.plan_exercise_id),
        enrollment_id = coalesce(before.enrollment_id, excluded.enrollment_id),
        started_at = least(before.started_at, excluded.started_at),
        last_at = greatest(before.last_at, excluded.last_at),
        frames = before.frames + excluded.frames,
        accuracy_sum = before.accuracy_sum + excluded.accuracy_sum,
        accuracy_frames = before.accuracy_frames + excluded.accuracy_frames,
        reps = greatest(before.reps, excluded.reps),
        rom_min_degrees = least(before.rom_min_degrees, excluded.rom_min_degrees),
        rom_max_degrees = greatest(before.rom_max_degrees, excluded.rom_max_degrees),
        feedback = coalesce((SELECT jsonb_object_agg(total.code, total.frames)
                             FROM (SELECT each.key AS code, sum(each.value::integer) AS frames
                                   FROM (SELECT * FROM jsonb_each_text(before.feedback)
                                         UNION ALL SELECT * FROM jsonb_each_text(excluded.feedback)) AS each
                                   GROUP BY each.key ORDER BY frames DESC, code LIMIT 50) AS total), '{}')
)

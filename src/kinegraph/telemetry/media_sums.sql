, sums AS (
    INSERT INTO media_sessions AS before (
        organization_id, user_id, session_id, exercise_id, plan_exercise_id, started_at, last_at, events,
        watched_seconds, bufferings, buffered_seconds, milestone_percent, video_provider, video_hash)
    SELECT $1, $2, session_id, exercise_id,
           (array_agg(plan_exercise_id ORDER BY occurred_at DESC) FILTER (WHERE plan_exercise_id IS NOT NULL))[1],
           min(occurred_at), max(occurred_at), count(*),
           coalesce(sum(watched_seconds), 0),
           count(*) FILTER (WHERE kind = 'buffering_end'),
           coalesce(sum(buffered_seconds), 0),
           coalesce(max(milestone_percent), 0),
           (array_agg(video_provider ORDER BY occurred_at DESC) FILTER (WHERE video_hash IS NOT NULL))[1],
           (array_agg(video_hash ORDER BY occurred_at DESC) FILTER (WHERE video_hash IS NOT NULL))[1]
    FROM sent
    GROUP BY session_id, exercise_id
    ORDER BY session_id, exercise_id
    ON CONFLICT ON CONSTRAINT media_sessions_session_key DO UPDATE SET
        plan_exercise_id = coalesce(before.plan_exercise_id, excluded.plan_exercise_id),
        started_at = least(before.started_at, excluded.started_at),
        last_at = greatest(before.last_at, excluded.last_at),
        events = before.events + excluded.events,
        watched_seconds = before.watched_seconds + excluded.watched_seconds,
        bufferings = before.bufferings + excluded.bufferings,
        buffered_seconds = before.buffered_seconds + excluded.buffered_seconds,
        milestone_percent = greatest(before.milestone_percent, excluded.milestone_percent),
        video_provider = coalesce(before.video_provider, excluded.video_provider),
        video_hash = coalesce(before.video_hash, excluded.video_hash)
)

SELECT figures.viewers, figures.views, figures.watched_seconds, figures.buffered_views, figures.bufferings,
       figures.buffered_seconds, figures.milestones,
       (SELECT count(*)
        FROM playback_errors e
        WHERE e.organization_id = wanted.organization_id AND e.exercise_id = wanted.exercise_id
          AND e.occurred_at > now() - make_interval(days => $3)
          AND ($4::bytea IS NULL OR e.video_hash = $4)) AS playback_errors
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, position)
CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.user_id) AS viewers,
           count(*) AS views,
           coalesce(sum(s.watched_seconds), 0) AS watched_seconds,
           count(*) FILTER (WHERE s.bufferings > 0) AS buffered_views,
           coalesce(sum(s.bufferings), 0) AS bufferings,
           coalesce(sum(s.buffered_seconds), 0) AS buffered_seconds,
           ARRAY[count(*) FILTER (WHERE s.milestone_percent >= 25), count(*) FILTER (WHERE s.milestone_percent >= 50),
                 count(*) FILTER (WHERE s.milestone_percent >= 75), count(*) FILTER (WHERE s.milestone_percent >= 100)]
               AS milestones
    FROM media_sessions s
    WHERE s.organization_id = wanted.organization_id AND s.exercise_id = wanted.exercise_id
      AND s.started_at > now() - make_interval(days => $3)
      AND ($4::bytea IS NULL OR s.video_hash = $4)
) AS figures
ORDER BY wanted.position

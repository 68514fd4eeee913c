"""Adherence: running totals by day of each exercise of each enrollment, from which every figure is two look-ups.

    adherence_totals  of an exercise in an enrollment: the days on which it was due or logged, ascending, and for each
                      of them the running totals up to and including it

The value of a window is the total at its last day minus the total before its first one, and the place of a day among
`days` is found by binary search (`width_bucket`). So figures of any window read a row for each exercise of an
enrollment, not one for each prescription and log.

    prescribed     prescriptions that were due              completed  those that have a log
    due_days       days on which it was due                 done_days  those on which a prescription of it has a log
    logs           logs of the exercise                     painful    logs with a pain of 4 and more
    pains          logs with a pain score                   exertions  logs with an exertion
    pain_sums      the sum of pain after each log with a pain score, in the order of days and of creation
    exertion_sums  the sum of exertion after each log with one, in the same order

Triggers write the rows anew in the transaction that changes an enrollment, its versions, its pauses or its logs: for
all exercises, or those of the logs. Two transactions that change one enrollment wait for each other, and the second one
sees what the first one wrote. The rules are in docs/domain.md, Adherence.

Logs of an exercise in an enrollment are counted up to 32,767, more than 40 a day in the longest plan.

Patients read their own rows and coaches their organization's; only the triggers write them, with the rights of a coach
of the organization.
"""

from alembic import op

revision = "0045"
down_revision = "0044"

SOURCES = {
    "exercise_logs": "kinegraph_log_changed",
    "enrollment_versions": "kinegraph_due_days_changed",
    "enrollment_pauses": "kinegraph_due_days_changed",
}
"""The tables that totals follow from, and the function of their triggers."""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    script = op.get_context().script
    assert script is not None
    op.execute(TOTALS)
    op.execute(script.get_revision("0025").module.CREATE.format(table="adherence_totals", kinds="'everything'"))
    op.execute(WRITE + CHANGED)
    for table, function in SOURCES.items():
        for event, transition in TRANSITIONS.items():
            op.execute(_trigger(table, event, transition, function))
    op.execute(_trigger("enrollments", "UPDATE", TRANSITIONS["UPDATE"], "kinegraph_enrollment_changed"))
    op.execute("SELECT kinegraph_write_adherence(ARRAY(SELECT id FROM enrollments), NULL)")


def _trigger(table: str, event: str, transition: str, function: str) -> str:
    """A trigger of a table that changes totals after statements of this kind."""
    return TRIGGER.format(table=table, event=event, name=event.lower(), transition=transition, function=function)


def downgrade() -> None:
    for table in (*SOURCES, "enrollments"):
        for event in TRANSITIONS:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_totals_{event.lower()} ON {table}")
    op.execute("""
        DROP TABLE adherence_totals;
        DROP FUNCTION kinegraph_log_changed, kinegraph_due_days_changed, kinegraph_enrollment_changed;
        DROP FUNCTION kinegraph_change_adherence(uuid[], uuid[], uuid[]);
        DROP FUNCTION kinegraph_write_adherence(uuid[], uuid[]);
    """)


# Rows of up to a page stay in one piece and uncompressed: they are read by the thousand.
TOTALS = """
CREATE TABLE adherence_totals (
    enrollment_id   uuid       NOT NULL,
    exercise_id     uuid       NOT NULL REFERENCES exercises (id),
    organization_id uuid       NOT NULL,
    patient_id      uuid       NOT NULL,
    days            date[]     NOT NULL,
    prescribed      smallint[] NOT NULL,
    completed       smallint[] NOT NULL,
    due_days        smallint[] NOT NULL,
    done_days       smallint[] NOT NULL,
    logs            smallint[] NOT NULL,
    painful         smallint[] NOT NULL,
    pains           smallint[] NOT NULL,
    exertions       smallint[] NOT NULL,
    pain_sums       integer[]  NOT NULL,
    exertion_sums   integer[]  NOT NULL,
    PRIMARY KEY (enrollment_id, exercise_id),
    CONSTRAINT adherence_totals_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE
) WITH (toast_tuple_target = 8160);
CREATE INDEX adherence_totals_exercise_idx ON adherence_totals (organization_id, exercise_id);

ALTER TABLE adherence_totals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY adherence_totals_patient ON adherence_totals FOR SELECT USING (
    patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
    AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY adherence_totals_coached ON adherence_totals FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON adherence_totals TO kinegraph_api;
"""

# A prescription is an exercise (by its source) on a day on which the version that held prescribed it.
WRITE = """
CREATE FUNCTION kinegraph_write_adherence(changed uuid[], only_exercises uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM adherence_totals t
    WHERE t.enrollment_id = ANY (changed) AND (only_exercises IS NULL OR t.exercise_id = ANY (only_exercises));

    INSERT INTO adherence_totals (
        enrollment_id, exercise_id, organization_id, patient_id, days, prescribed, completed, due_days, done_days,
        logs, painful, pains, exertions, pain_sums, exertion_sums
    )
    WITH held AS (
        SELECT e.id AS enrollment_id, e.starts_on, v.version_id, p.weeks, greatest(e.starts_on, v.from_day) AS from_day,
               least(e.ended_on, lead(v.from_day) OVER (PARTITION BY v.enrollment_id ORDER BY v.from_day)) AS until_day
        FROM enrollments e
        JOIN enrollment_versions v ON v.enrollment_id = e.id
        JOIN plan_versions p ON p.id = v.version_id
        WHERE e.id = ANY (changed)
    ), logged AS MATERIALIZED (
        SELECT l.enrollment_id, l.exercise_id, l.source_id, l.performed_on AS day, l.pain_score, l.exertion,
               row_number() OVER (PARTITION BY l.enrollment_id, l.exercise_id
                                  ORDER BY l.performed_on, l.created_at, l.id) AS number
        FROM exercise_logs l
        WHERE l.enrollment_id = ANY (changed) AND l.deleted_at IS NULL
    ), prescribed AS (
        SELECT h.enrollment_id, x.exercise_id, x.source_id, due.day
        FROM held h
        JOIN plan_version_sessions s ON s.version_id = h.version_id AND s.week <= h.weeks
        JOIN plan_version_exercises x ON x.session_id = s.id
        CROSS JOIN LATERAL (SELECT h.starts_on + (s.week - 1) * 7 + s.day - 1 AS day) AS due
        WHERE due.day >= h.from_day AND (h.until_day IS NULL OR due.day < h.until_day)
          AND (only_exercises IS NULL OR x.exercise_id = ANY (only_exercises))
          AND NOT EXISTS (
              SELECT FROM enrollment_pauses p
              WHERE p.enrollment_id = h.enrollment_id AND due.day >= p.from_day
                AND (p.to_day IS NULL OR due.day <= p.to_day)
          )
    ), counted AS (
        SELECT p.enrollment_id, p.exercise_id, p.day, 1 AS prescribed, (d.day IS NOT NULL)::integer AS completed,
               0 AS logs, 0 AS painful, 0 AS pains, 0 AS exertions
        FROM prescribed p
        LEFT JOIN (SELECT DISTINCT l.enrollment_id, l.source_id, l.day FROM logged l) AS d
            ON d.enrollment_id = p.enrollment_id AND d.source_id = p.source_id AND d.day = p.day
        UNION ALL
        SELECT l.enrollment_id, l.exercise_id, l.day, 0, 0, 1, (l.pain_score >= 4)::integer,
               (l.pain_score IS NOT NULL)::integer, (l.exertion IS NOT NULL)::integer
        FROM logged l
        WHERE only_exercises IS NULL OR l.exercise_id = ANY (only_exercises)
    ), daily AS (
        SELECT c.enrollment_id, c.exercise_id, c.day,
               sum(sum(c.prescribed)) OVER upto AS prescribed, sum(sum(c.completed)) OVER upto AS completed,
               sum(least(sum(c.prescribed), 1)) OVER upto AS due_days,
               sum(least(sum(c.completed), 1)) OVER upto AS done_days,
               least(sum(sum(c.logs)) OVER upto, 32767) AS logs,
               least(sum(coalesce(sum(c.painful), 0)) OVER upto, 32767) AS painful,
               least(sum(sum(c.pains)) OVER upto, 32767) AS pains,
               least(sum(sum(c.exertions)) OVER upto, 32767) AS exertions
        FROM counted c
        GROUP BY c.enrollment_id, c.exercise_id, c.day
        WINDOW upto AS (PARTITION BY c.enrollment_id, c.exercise_id ORDER BY c.day)
    ), felt AS (
        SELECT l.enrollment_id, l.exercise_id,
               array_agg(l.pain_sum ORDER BY l.number) FILTER (WHERE l.pain_score IS NOT NULL) AS pain_sums,
               array_agg(l.exertion_sum ORDER BY l.number) FILTER (WHERE l.exertion IS NOT NULL) AS exertion_sums
        FROM (
            SELECT o.*, sum(o.pain_score) OVER upto AS pain_sum, sum(o.exertion) OVER upto AS exertion_sum
            FROM logged o
            WINDOW upto AS (PARTITION BY o.enrollment_id, o.exercise_id ORDER BY o.number)
        ) AS l
        GROUP BY l.enrollment_id, l.exercise_id
    ), totals AS (
        SELECT d.enrollment_id, d.exercise_id, array_agg(d.day ORDER BY d.day) AS days,
               array_agg(d.prescribed ORDER BY d.day) AS prescribed, array_agg(d.completed ORDER BY d.day) AS completed,
               array_agg(d.due_days ORDER BY d.day) AS due_days, array_agg(d.done_days ORDER BY d.day) AS done_days,
               array_agg(d.logs ORDER BY d.day) AS logs, array_agg(d.painful ORDER BY d.day) AS painful,
               array_agg(d.pains ORDER BY d.day) AS pains, array_agg(d.exertions ORDER BY d.day) AS exertions
        FROM daily d
        GROUP BY d.enrollment_id, d.exercise_id
    )
    SELECT t.enrollment_id, t.exercise_id, e.organization_id, e.patient_id, t.days, t.prescribed, t.completed,
           t.due_days, t.done_days, t.logs, t.painful, t.pains, t.exertions,
           coalesce(f.pain_sums, '{}'), coalesce(f.exertion_sums, '{}')
    FROM totals t
    JOIN enrollments e ON e.id = t.enrollment_id
    LEFT JOIN felt f ON f.enrollment_id = t.enrollment_id AND f.exercise_id = t.exercise_id;
END $$;

CREATE FUNCTION kinegraph_change_adherence(organizations uuid[], changed uuid[], only_exercises uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    coached text := coalesce(current_setting('kinegraph.coached', true), '');
BEGIN
    IF changed IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('kinegraph.coached', organizations::text, true);
    PERFORM pg_advisory_xact_lock(hashtextextended(id::text, 45)) FROM unnest(changed) AS id ORDER BY id;
    PERFORM kinegraph_write_adherence(changed, only_exercises);
    PERFORM set_config('kinegraph.coached', coached, true);
END $$;
"""

# The exercises of a log are its own, and those that versions of the enrollment prescribe at its source.
CHANGED = """
CREATE FUNCTION kinegraph_log_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    organizations uuid[];
    changed       uuid[];
    sources       uuid[];
    exercises     uuid[];
    coached       text := coalesce(current_setting('kinegraph.coached', true), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT organization_id), array_agg(DISTINCT enrollment_id), array_agg(DISTINCT source_id),
               array_agg(DISTINCT exercise_id)
        INTO organizations, changed, sources, exercises
        FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT organization_id), array_agg(DISTINCT enrollment_id), array_agg(DISTINCT source_id),
               array_agg(DISTINCT exercise_id)
        INTO organizations, changed, sources, exercises
        FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT r.organization_id), array_agg(DISTINCT r.enrollment_id),
               array_agg(DISTINCT r.source_id), array_agg(DISTINCT r.exercise_id)
        INTO organizations, changed, sources, exercises
        FROM old_rows o
        JOIN new_rows n ON n.id = o.id
        CROSS JOIN LATERAL (
            VALUES (o.organization_id, o.enrollment_id, o.source_id, o.exercise_id),
                   (n.organization_id, n.enrollment_id, n.source_id, n.exercise_id)
        ) AS r (organization_id, enrollment_id, source_id, exercise_id)
        WHERE (o.enrollment_id, o.source_id, o.exercise_id, o.performed_on, o.pain_score, o.exertion, o.created_at,
               o.deleted_at IS NULL)
            IS DISTINCT FROM (n.enrollment_id, n.source_id, n.exercise_id, n.performed_on, n.pain_score, n.exertion,
               n.created_at, n.deleted_at IS NULL);
    END IF;
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('kinegraph.coached', organizations::text, true);
    exercises := exercises || ARRAY(
        SELECT DISTINCT x.exercise_id
        FROM enrollment_versions v
        JOIN plan_version_exercises x ON x.version_id = v.version_id AND x.source_id = ANY (sources)
        WHERE v.enrollment_id = ANY (changed)
    );
    PERFORM set_config('kinegraph.coached', coached, true);
    PERFORM kinegraph_change_adherence(organizations, changed, exercises);
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_due_days_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM kinegraph_change_adherence(
            array_agg(DISTINCT organization_id), array_agg(DISTINCT enrollment_id), NULL)
        FROM new_rows;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM kinegraph_change_adherence(
            array_agg(DISTINCT organization_id), array_agg(DISTINCT enrollment_id), NULL)
        FROM old_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_enrollment_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_change_adherence(
        array_agg(DISTINCT n.organization_id), array_agg(DISTINCT n.id), NULL)
    FROM old_rows o
    JOIN new_rows n ON n.id = o.id
    WHERE (o.starts_on, o.ended_on) IS DISTINCT FROM (n.starts_on, n.ended_on);
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER {table}_totals_{name} AFTER {event} ON {table} REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""

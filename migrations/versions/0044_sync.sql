-- The functions that record changes (0044_sync.py), and the triggers of memberships and users.

-- The locks are taken in order, and each before the membership is read: the next statement sees what their last holder
-- committed. Members' rows are read with the operator's setting.
CREATE FUNCTION kinegraph_sync_record(
    of_type text, users uuid[], organizations uuid[], objects uuid[], removed boolean[]
) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker   text := coalesce(current_setting('kinegraph.worker', true), '');
    operator text := coalesce(current_setting('kinegraph.operator', true), '');
BEGIN
    IF objects IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('kinegraph.worker', 'on', true), set_config('kinegraph.operator', 'on', true);
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('sync ' || person.user_id || person.organization_id, 0))
    FROM (SELECT DISTINCT u.user_id, u.organization_id
          FROM unnest(users, organizations) AS u (user_id, organization_id)
          ORDER BY 1, 2) AS person;
    INSERT INTO sync_changes AS stored (user_id, type, organization_id, object_id, is_removed)
    SELECT c.user_id, of_type, c.organization_id, c.object_id, bool_and(c.is_removed) OR m.user_id IS NULL
    FROM unnest(users, organizations, objects, removed) AS c (user_id, organization_id, object_id, is_removed)
    LEFT JOIN memberships m ON m.user_id = c.user_id AND m.organization_id = c.organization_id
        AND m.deleted_at IS NULL
    GROUP BY c.user_id, c.organization_id, c.object_id, m.user_id
    ORDER BY c.user_id, c.organization_id, c.object_id
    ON CONFLICT ON CONSTRAINT sync_changes_pkey DO UPDATE
        SET is_removed = excluded.is_removed, changed_in = excluded.changed_in, changed_at = excluded.changed_at;
    PERFORM set_config('kinegraph.worker', worker, true), set_config('kinegraph.operator', operator, true);
END $$;

-- A function of a trigger cannot name a transition table that its event does not have: each reads those in its branch.
CREATE FUNCTION kinegraph_sync_enrollments() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record('Enrollment', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record('Enrollment', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(false))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_enrollment_parts() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT DISTINCT enrollment_id FROM old_rows);
    ELSE
        changed := ARRAY(SELECT DISTINCT enrollment_id FROM new_rows);
    END IF;
    PERFORM kinegraph_sync_record('Enrollment', array_agg(e.patient_id), array_agg(e.organization_id),
                                  array_agg(e.id), array_agg(false))
    FROM enrollments e
    WHERE e.id = ANY (changed);
    IF TG_TABLE_NAME = 'enrollment_versions' AND TG_OP <> 'DELETE' THEN
        PERFORM kinegraph_sync_record('PlanVersion', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(version_id), array_agg(false))
        FROM new_rows;
    END IF;
    IF TG_TABLE_NAME = 'enrollment_versions' AND TG_OP <> 'INSERT' THEN
        PERFORM kinegraph_sync_record('PlanVersion', array_agg(o.patient_id), array_agg(o.organization_id),
                                      array_agg(o.version_id), array_agg(true))
        FROM old_rows o
        WHERE NOT EXISTS (SELECT FROM enrollment_versions v
                          WHERE v.patient_id = o.patient_id AND v.version_id = o.version_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_logs() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record('ExerciseLog', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record('ExerciseLog', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(deleted_at IS NOT NULL))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_athletes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    of_type text := CASE TG_TABLE_NAME WHEN 'workout_assignments' THEN 'WorkoutAssignment'
                                       ELSE 'AssignmentResult' END;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record(of_type, array_agg(athlete_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record(of_type, array_agg(athlete_id), array_agg(organization_id),
                                      array_agg(id), array_agg(deleted_at IS NOT NULL))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

-- An exercise has a row for its own content (of its organization, or canonical), and one for each organization that
-- overrides it. Working copies of plans and counters of exercises change often, and are not shown to patients.
CREATE FUNCTION kinegraph_sync_contents() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker  text := coalesce(current_setting('kinegraph.worker', true), '');
    objects uuid[];
    owners  uuid[];
BEGIN
    IF TG_TABLE_NAME IN ('exercises', 'workouts') THEN
        SELECT array_agg(n.id), array_agg(n.organization_id) INTO objects, owners
        FROM old_rows o
        JOIN new_rows n ON n.id = o.id
        WHERE (o.updated_at, o.deleted_at) IS DISTINCT FROM (n.updated_at, n.deleted_at);
    ELSIF TG_TABLE_NAME = 'treatment_plans' THEN
        SELECT array_agg(n.id), array_agg(n.organization_id) INTO objects, owners
        FROM old_rows o
        JOIN new_rows n ON n.id = o.id
        WHERE (o.title, o.description, o.status, o.weeks, o.deleted_at)
            IS DISTINCT FROM (n.title, n.description, n.status, n.weeks, n.deleted_at);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(exercise_id), array_agg(organization_id) INTO objects, owners FROM old_rows;
    ELSE
        SELECT array_agg(exercise_id), array_agg(organization_id) INTO objects, owners FROM new_rows;
    END IF;
    IF objects IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('kinegraph.worker', 'on', true);
    INSERT INTO sync_contents AS stored (object_id, organization_id)
    SELECT DISTINCT c.object_id, coalesce(c.organization_id, '00000000-0000-0000-0000-000000000000')
    FROM unnest(objects, owners) AS c (object_id, organization_id)
    ORDER BY 1, 2
    ON CONFLICT ON CONSTRAINT sync_contents_pkey DO UPDATE
        SET changed_in = excluded.changed_in, changed_at = excluded.changed_at
        WHERE stored.changed_in <> excluded.changed_in;
    PERFORM set_config('kinegraph.worker', worker, true);
    RETURN NULL;
END $$;

-- `kinegraph_sync_person` records everything that a member sees, as the member themselves sees it. Exercises have rows
-- where they were removed only.
CREATE FUNCTION kinegraph_sync_person(person uuid, organization uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    viewer        text := coalesce(current_setting('kinegraph.user_id', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    worker        text := coalesce(current_setting('kinegraph.worker', true), '');
    kind          text;
    found         uuid[];
BEGIN
    PERFORM set_config('kinegraph.user_id', person::text, true), set_config('kinegraph.worker', 'on', true),
            set_config('kinegraph.organizations', ARRAY[organization]::text, true);
    DELETE FROM sync_changes WHERE user_id = person AND organization_id = organization AND type = 'EffectiveExercise';
    FOR kind, found IN
        SELECT 'Enrollment', array_agg(id) FROM enrollments
        WHERE patient_id = person AND organization_id = organization
        UNION ALL
        SELECT 'PlanVersion', array_agg(DISTINCT version_id) FROM enrollment_versions
        WHERE patient_id = person AND organization_id = organization
        UNION ALL
        SELECT 'ExerciseLog', array_agg(id) FROM exercise_logs
        WHERE patient_id = person AND organization_id = organization AND deleted_at IS NULL
        UNION ALL
        SELECT 'WorkoutAssignment', array_agg(id) FROM workout_assignments
        WHERE athlete_id = person AND organization_id = organization AND deleted_at IS NULL
        UNION ALL
        SELECT 'AssignmentResult', array_agg(id) FROM assignment_results
        WHERE athlete_id = person AND organization_id = organization AND deleted_at IS NULL
    LOOP
        PERFORM kinegraph_sync_record(kind, array_agg(person), array_agg(organization), array_agg(o.id),
                                      array_agg(false))
        FROM unnest(found) AS o (id);
    END LOOP;
    PERFORM set_config('kinegraph.user_id', viewer, true), set_config('kinegraph.worker', worker, true),
            set_config('kinegraph.organizations', organizations, true);
END $$;

CREATE FUNCTION kinegraph_sync_membership() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    viewer        text := coalesce(current_setting('kinegraph.user_id', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    worker        text := coalesce(current_setting('kinegraph.worker', true), '');
    member        memberships := coalesce(new, old);
BEGIN
    IF TG_OP = 'UPDATE' AND (old.deleted_at IS NULL) = (new.deleted_at IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('sync ' || member.user_id || member.organization_id, 0));
    IF TG_OP <> 'DELETE' AND member.deleted_at IS NULL THEN
        PERFORM kinegraph_sync_person(member.user_id, member.organization_id);
        RETURN NULL;
    END IF;
    PERFORM set_config('kinegraph.user_id', member.user_id::text, true), set_config('kinegraph.worker', 'on', true),
            set_config('kinegraph.organizations', ARRAY[member.organization_id]::text, true);
    INSERT INTO sync_changes AS stored (user_id, type, organization_id, object_id, is_removed)
    SELECT member.user_id, 'EffectiveExercise', member.organization_id, shown.exercise_id, true
    FROM (
        SELECT x.exercise_id
        FROM enrollment_versions v
        JOIN plan_version_exercises x ON x.version_id = v.version_id
        WHERE v.patient_id = member.user_id AND v.organization_id = member.organization_id
        UNION
        SELECT m.exercise_id
        FROM workout_assignments a
        JOIN workout_sections s ON s.workout_id = coalesce(a.snapshot_workout_id, a.workout_id)
            AND s.deleted_at IS NULL
        JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
        WHERE a.athlete_id = member.user_id AND a.organization_id = member.organization_id AND a.deleted_at IS NULL
          AND m.exercise_id IS NOT NULL
    ) AS shown
    ON CONFLICT ON CONSTRAINT sync_changes_pkey DO NOTHING;
    UPDATE sync_changes
    SET is_removed = true, changed_in = pg_current_xact_id(), changed_at = now()
    WHERE user_id = member.user_id AND organization_id = member.organization_id AND NOT is_removed;
    PERFORM set_config('kinegraph.user_id', viewer, true), set_config('kinegraph.worker', worker, true),
            set_config('kinegraph.organizations', organizations, true);
    RETURN NULL;
END $$;

CREATE TRIGGER memberships_sync AFTER INSERT OR DELETE OR UPDATE OF deleted_at ON memberships
    FOR EACH ROW EXECUTE FUNCTION kinegraph_sync_membership();

CREATE FUNCTION kinegraph_sync_user() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker text := coalesce(current_setting('kinegraph.worker', true), '');
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    DELETE FROM sync_changes WHERE user_id = old.id;
    PERFORM set_config('kinegraph.worker', worker, true);
    RETURN NULL;
END $$;

CREATE TRIGGER users_sync AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION kinegraph_sync_user();

-- The functions of migration 0050 (0050_treatment_faults.py).

-- now() is the time at which a transaction began, also behind savepoints: it is the version's in its own transaction
-- alone. A version that cannot be seen is refused, too.
CREATE FUNCTION kinegraph_refuse_addition() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (
        SELECT
        FROM new_rows n
        LEFT JOIN plan_versions v ON v.id = n.version_id
        WHERE v.published_at IS DISTINCT FROM now()
    ) THEN
        RAISE EXCEPTION 'a published version of a plan is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_refuse_emptying() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- An erasure of personal data puts the erased user in the place of a person.
CREATE FUNCTION kinegraph_refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF current_user = 'kinegraph_api' OR current_setting('kinegraph.privacy', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- The object of a patient is their user: its id has the organization and the user.
CREATE FUNCTION kinegraph_sync_patients() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record('Patient', array_agg(user_id), array_agg(organization_id),
                                      array_agg(user_id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record('Patient', array_agg(user_id), array_agg(organization_id),
                                      array_agg(user_id), array_agg(false))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

-- The role of exporting and erasing, made as kinegraph_api is (migration 0001), with every table that there is.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kinegraph_privacy') THEN
        CREATE ROLE kinegraph_privacy NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
DECLARE
    each regclass;
BEGIN
    IF NOT pg_has_role(current_user, 'kinegraph_privacy', 'SET') THEN
        EXECUTE format('GRANT kinegraph_privacy TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kinegraph_privacy', current_schema());
    FOR each IN
        SELECT c.oid
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relrowsecurity
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO kinegraph_privacy', each);
        EXECUTE format('CREATE POLICY privacy ON %s TO kinegraph_privacy USING (true) WITH CHECK (true)', each);
    END LOOP;
    REVOKE UPDATE, DELETE ON audit_entries FROM kinegraph_privacy;
END $$;

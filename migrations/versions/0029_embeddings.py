"""Embeddings: vectors of overrides, and the rows whose vectors are missing or out of date.

Triggers mark a row in `stale_embeddings` in the transaction that changes its texts, whatever statement does it, and
record one fact of it in the outbox. So no mutation can forget to, none sends a statement more, and a job reads the
marked rows alone. A mark has another `revision` after each change: a job deletes the mark that it has read, and no
later one. `claimed_by` is the job that embeds the row until `claimed_until`.

An exercise is marked where a column of its text changes; an override with each write of its values, embedded or not; a
workout where its `updated_at` moves, which every edit below it sets. Many of these edits leave the text as it is, and
its hash too, which is compared before it is embedded.

Storing a vector changes nothing that answers are made of, so it gives no organization another version: the trigger
function leaves out updates that change `embedding` and `embedding_hash` alone.
"""

from alembic import op

revision = "0029"
down_revision = "0028"

FIRE_TRIGGERS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""No table can be altered while triggers of its changed rows wait for the commit."""


def upgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute(
        "ALTER TABLE exercise_org_overrides ADD COLUMN embedding vector(1024), ADD COLUMN embedding_hash varchar(64)"
    )
    op.execute(STALE)
    op.execute(MARKING)
    op.execute(TRIGGERS)
    op.execute(CHANGE_VERSION)
    op.execute(FIRST_MARKS)


def downgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    script = op.get_context().script
    assert script is not None
    before = script.get_revision("0025").module.CHANGE_VERSION
    op.execute(
        "CREATE OR REPLACE FUNCTION kinegraph_change_version()" + before.partition("kinegraph_change_version()")[2]
    )
    op.execute("""
        DROP TRIGGER exercises_marked ON exercises;
        DROP TRIGGER exercises_new ON exercises;
        DROP TRIGGER exercise_org_overrides_marked ON exercise_org_overrides;
        DROP TRIGGER workouts_marked ON workouts;
        DROP TRIGGER workouts_new ON workouts;
        DROP FUNCTION kinegraph_text_changed(), kinegraph_mark_dependents(uuid[], uuid[]),
            kinegraph_mark_embedding(text, uuid, uuid, boolean), kinegraph_record_stale(text);
        DROP TABLE stale_embeddings;
        ALTER TABLE exercise_org_overrides DROP COLUMN embedding, DROP COLUMN embedding_hash;
    """)


# No foreign keys: a job deletes the mark of a row that is gone.
STALE = """
CREATE TABLE stale_embeddings (
    kind            varchar(16) NOT NULL CHECK (kind IN ('exercise', 'override', 'workout')),
    row_id          uuid        NOT NULL,
    organization_id uuid,
    revision        uuid        NOT NULL DEFAULT gen_random_uuid(),
    claimed_by      uuid,
    claimed_until   timestamptz,
    PRIMARY KEY (kind, row_id),
    CONSTRAINT stale_embeddings_claim_chk CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);
ALTER TABLE stale_embeddings ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON stale_embeddings TO kinegraph_api;
CREATE POLICY stale_embeddings_worker ON stale_embeddings FOR ALL
    USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');
"""

# Settings are set in the body: a SET clause needs a privilege that the schema's owner may lack, and takes time.
# `kinegraph.stale` ends with the transaction, and with a savepoint whose fact is rolled back.
MARKING = """
CREATE FUNCTION kinegraph_mark_embedding(of_kind text, of_row uuid, of_organization uuid, is_changed boolean)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    before text := coalesce(current_setting('kinegraph.worker', true), '');
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    INSERT INTO stale_embeddings (kind, row_id, organization_id)
    VALUES (of_kind, of_row, of_organization)
    ON CONFLICT (kind, row_id) DO UPDATE SET revision = excluded.revision WHERE is_changed;
    PERFORM set_config('kinegraph.worker', before, true);
END $$;

CREATE FUNCTION kinegraph_record_stale(of_kind text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    recorded text := coalesce(current_setting('kinegraph.stale', true), '');
    fact     text := CASE of_kind WHEN 'workout' THEN 'WorkoutTextsChanged' ELSE 'ExerciseTextsChanged' END;
BEGIN
    IF position(fact IN recorded) = 0 THEN
        INSERT INTO outbox (fact, payload) VALUES (fact, '{}');
        PERFORM set_config('kinegraph.stale', recorded || ' ' || fact, true);
    END IF;
END $$;

CREATE FUNCTION kinegraph_text_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_mark_embedding(TG_ARGV[0], new.id, new.organization_id, true);
    PERFORM kinegraph_record_stale(TG_ARGV[0]);
    RETURN NULL;
END $$;

-- Marks what names exercises whose texts have changed for an organization, or for all where it is null: overrides of
-- them, and workouts that they are in.
CREATE FUNCTION kinegraph_mark_dependents(changed uuid[], changed_for uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker        text := coalesce(current_setting('kinegraph.worker', true), '');
    operator      text := coalesce(current_setting('kinegraph.operator', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    found_workout boolean;
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true), set_config('kinegraph.operator', 'on', true);
    PERFORM set_config('kinegraph.organizations', ARRAY(SELECT id FROM organizations)::text, true);
    WITH exercise AS (
        SELECT * FROM unnest(changed, changed_for) AS given (id, organization_id)
    ),
    marked AS (
        INSERT INTO stale_embeddings (kind, row_id, organization_id)
        SELECT 'override', o.id, o.organization_id
        FROM exercise
        JOIN exercise_org_overrides o ON o.exercise_id = exercise.id
        WHERE exercise.organization_id IS NULL
        UNION
        SELECT 'workout', w.id, w.organization_id
        FROM exercise
        JOIN workout_movements m ON m.exercise_id = exercise.id AND m.deleted_at IS NULL
        JOIN workout_sections s ON s.id = m.section_id AND s.deleted_at IS NULL
        JOIN workouts w ON w.id = s.workout_id AND w.deleted_at IS NULL AND NOT w.is_snapshot
        WHERE exercise.organization_id IS NULL OR exercise.organization_id = w.organization_id
        ORDER BY 1, 2
        ON CONFLICT (kind, row_id) DO UPDATE SET revision = excluded.revision
        RETURNING kind
    )
    SELECT coalesce(bool_or(kind = 'workout'), false) INTO found_workout FROM marked;
    PERFORM set_config('kinegraph.worker', worker, true), set_config('kinegraph.operator', operator, true),
            set_config('kinegraph.organizations', organizations, true);
    IF found_workout THEN
        PERFORM kinegraph_record_stale('workout');
    END IF;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER exercises_new AFTER INSERT ON exercises
    FOR EACH ROW WHEN (new.deleted_at IS NULL) EXECUTE FUNCTION kinegraph_text_changed('exercise');
CREATE TRIGGER exercises_marked
    AFTER UPDATE OF name, description, category, movement_pattern, primary_muscles, secondary_muscles, equipment,
                    aliases, discipline, cues, deleted_at ON exercises
    FOR EACH ROW WHEN (
        (old.name, old.description, old.category, old.movement_pattern, old.primary_muscles, old.secondary_muscles,
         old.equipment, old.aliases, old.discipline, old.cues, old.deleted_at)
        IS DISTINCT FROM
        (new.name, new.description, new.category, new.movement_pattern, new.primary_muscles, new.secondary_muscles,
         new.equipment, new.aliases, new.discipline, new.cues, new.deleted_at))
    EXECUTE FUNCTION kinegraph_text_changed('exercise');
CREATE TRIGGER exercise_org_overrides_marked AFTER INSERT OR UPDATE OF overrides ON exercise_org_overrides
    FOR EACH ROW EXECUTE FUNCTION kinegraph_text_changed('override');
CREATE TRIGGER workouts_new AFTER INSERT ON workouts
    FOR EACH ROW WHEN (NOT new.is_snapshot AND new.deleted_at IS NULL)
    EXECUTE FUNCTION kinegraph_text_changed('workout');
CREATE TRIGGER workouts_marked AFTER UPDATE OF updated_at, deleted_at ON workouts
    FOR EACH ROW WHEN (NOT new.is_snapshot AND (old.updated_at, old.deleted_at)
                                               IS DISTINCT FROM (new.updated_at, new.deleted_at))
    EXECUTE FUNCTION kinegraph_text_changed('workout');
"""

# As in 0025, but for the first condition: an update that changes the hash may be one that stores a vector. Then the
# rows are compared without it.
CHANGE_VERSION = """
CREATE OR REPLACE FUNCTION kinegraph_change_version() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    changed  uuid[];
    all_of   text;
    operator text;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME IN ('exercises', 'exercise_org_overrides', 'workouts') THEN
        IF old.embedding_hash IS DISTINCT FROM new.embedding_hash THEN
            old.embedding := new.embedding;
            old.embedding_hash := new.embedding_hash;
            IF old IS NOT DISTINCT FROM new THEN
                RETURN NULL;
            END IF;
        END IF;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        operator := coalesce(current_setting('kinegraph.operator', true), '');
        PERFORM set_config('kinegraph.operator', 'on', true);
        changed := ARRAY(SELECT id FROM organizations ORDER BY id) || '00000000-0000-0000-0000-000000000000'::uuid;
        PERFORM set_config('kinegraph.operator', operator, true);
        PERFORM kinegraph_write_versions(changed, TG_ARGV);
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'organizations' THEN
        changed := ARRAY[new.id];
    ELSIF TG_OP = 'UPDATE' AND old.organization_id IS DISTINCT FROM new.organization_id THEN
        changed := ARRAY[old.organization_id, new.organization_id];
    ELSE
        changed := ARRAY[CASE TG_OP WHEN 'DELETE' THEN old.organization_id ELSE new.organization_id END];
    END IF;
    all_of := TG_ARGV::text || changed::text;
    IF all_of = current_setting('kinegraph.changed', true) THEN
        RETURN NULL;
    END IF;
    PERFORM kinegraph_write_versions(array_replace(changed, NULL, '00000000-0000-0000-0000-000000000000'), TG_ARGV);
    PERFORM set_config('kinegraph.changed', all_of, true);
    RETURN NULL;
END $$;
"""

# Rows that were there before. Row-level security is forced after that: it would refuse the owner of the table.
FIRST_MARKS = """
INSERT INTO stale_embeddings (kind, row_id, organization_id)
SELECT 'exercise', id, organization_id FROM exercises WHERE deleted_at IS NULL
UNION ALL
SELECT 'override', id, organization_id FROM exercise_org_overrides
UNION ALL
SELECT 'workout', id, organization_id FROM workouts WHERE deleted_at IS NULL AND NOT is_snapshot;
ALTER TABLE stale_embeddings FORCE ROW LEVEL SECURITY;
"""

"""Enrichment: aliases that a language model proposes, what was enriched already, and what each run cost.

    alias_proposals       one for each exercise and text, whatever became of it, so that none is proposed twice
    exercise_enrichments  by exercise and language: the hash of the content that was last answered, and a job's claim
    enrichment_runs       by job: requests, tokens, cost, and what became of the answers

`kinegraph_alias_identity` is the form in which proposals are compared: spellings that are one for search are one here.
`kinegraph_seeded_aliases` makes the aliases of a row that is seeded again: those of the file, and those of proposals.
A trigger clears `applied_at` of proposals whose alias was removed: what a person adds later is the person's.
"""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute(IDENTITY)
    op.execute(TABLES)
    op.execute(POLICIES)
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER aliases_removed ON exercises")
    op.execute("DROP FUNCTION kinegraph_aliases_removed(), kinegraph_seeded_aliases(uuid, text[], text[])")
    op.execute("DROP TABLE enrichment_runs, exercise_enrichments, alias_proposals")
    op.execute("DROP TYPE alias_state, alias_language")
    op.execute("DROP FUNCTION kinegraph_alias_identity(text)")


IDENTITY = """
CREATE FUNCTION public.kinegraph_alias_identity(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
RETURN replace(public.kinegraph_search_text(written), ' ', '');
"""

# text: the alias as it is reviewed; proposed_text: as the model wrote it. Identities are the forms that are compared.
# shared_with_id: another canonical exercise that has the name, or for which it is proposed too.
# applied_at: when the alias was added to the exercise; null where it was not, and after it was taken back or removed.
TABLES = """
CREATE TYPE alias_language AS ENUM ('he', 'ru');
CREATE TYPE alias_state AS ENUM ('proposed', 'accepted', 'rejected');

CREATE TABLE alias_proposals (
    id                  uuid           PRIMARY KEY DEFAULT uuidv7(),
    exercise_id         uuid           NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    language            alias_language NOT NULL,
    text                varchar(255)   NOT NULL,
    identity            text           NOT NULL GENERATED ALWAYS AS (kinegraph_alias_identity(text::text)) STORED,
    proposed_text       varchar(255)   NOT NULL,
    proposed_identity   text           NOT NULL
        GENERATED ALWAYS AS (kinegraph_alias_identity(proposed_text::text)) STORED,
    state               alias_state    NOT NULL DEFAULT 'proposed',
    shared_with_id      uuid           REFERENCES exercises (id) ON DELETE SET NULL,
    model               varchar(100)   NOT NULL,
    job_id              uuid           REFERENCES jobs (id) ON DELETE SET NULL,
    applied_at          timestamptz,
    reviewed_by_user_id uuid           REFERENCES users (id) ON DELETE SET NULL,
    reviewed_at         timestamptz,
    created_at          timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT alias_proposals_reviewed_chk CHECK ((state = 'proposed') = (reviewed_at IS NULL)),
    CONSTRAINT alias_proposals_applied_chk CHECK (state <> 'rejected' OR applied_at IS NULL)
);
CREATE UNIQUE INDEX alias_proposals_unique_idx ON alias_proposals (exercise_id, proposed_identity);
CREATE INDEX alias_proposals_newest_idx ON alias_proposals (created_at, id);
CREATE INDEX alias_proposals_queue_idx ON alias_proposals (created_at, id) WHERE state = 'proposed';
CREATE INDEX alias_proposals_identity_idx ON alias_proposals (identity);
CREATE INDEX alias_proposals_shared_with_id_idx ON alias_proposals (shared_with_id) WHERE shared_with_id IS NOT NULL;
CREATE INDEX alias_proposals_job_id_idx ON alias_proposals (job_id);
CREATE INDEX alias_proposals_reviewed_by_user_id_idx ON alias_proposals (reviewed_by_user_id)
    WHERE reviewed_by_user_id IS NOT NULL;

CREATE TABLE exercise_enrichments (
    exercise_id  uuid           NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    language     alias_language NOT NULL,
    content_hash varchar(64),
    job_id       uuid           REFERENCES jobs (id) ON DELETE SET NULL,
    is_claimed   boolean        NOT NULL DEFAULT false,
    enriched_at  timestamptz,
    PRIMARY KEY (exercise_id, language)
);
CREATE INDEX exercise_enrichments_job_id_idx ON exercise_enrichments (job_id);

CREATE TABLE enrichment_runs (
    job_id            uuid         PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    model             varchar(100) NOT NULL,
    max_cost          integer      NOT NULL CHECK (max_cost >= 0),
    cost              integer      NOT NULL DEFAULT 0 CHECK (cost >= 0),
    requests          integer      NOT NULL DEFAULT 0,
    input_tokens      integer      NOT NULL DEFAULT 0,
    output_tokens     integer      NOT NULL DEFAULT 0,
    enriched          integer      NOT NULL DEFAULT 0,
    proposed          integer      NOT NULL DEFAULT 0,
    applied           integer      NOT NULL DEFAULT 0,
    refused           integer      NOT NULL DEFAULT 0,
    unreadable        integer      NOT NULL DEFAULT 0,
    passes            integer      NOT NULL DEFAULT 0
);
"""

POLICIES = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_read ON {table} FOR SELECT USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
CREATE POLICY {table}_write ON {table} FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO kinegraph_api;
"""
    for table in ("alias_proposals", "exercise_enrichments", "enrichment_runs")
)

# An alias that a person removed is not in `stored` any more, so that it does not come back.
FUNCTION = """
CREATE FUNCTION kinegraph_seeded_aliases(exercise uuid, stored text[], shipped text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path FROM CURRENT
RETURN (
    SELECT coalesce((array_agg(each.alias ORDER BY each.is_carried, each.position))[1:50], '{}')
    FROM (
        SELECT alias, false AS is_carried, position
        FROM unnest(shipped) WITH ORDINALITY AS entry (alias, position)
        UNION ALL
        SELECT alias, true, position
        FROM unnest(stored) WITH ORDINALITY AS entry (alias, position)
        WHERE kinegraph_folded(alias) <> ALL (kinegraph_folded(shipped))
          AND EXISTS (SELECT FROM alias_proposals p
                      WHERE p.exercise_id = exercise AND kinegraph_folded(p.text::text) = kinegraph_folded(alias)
                        AND p.applied_at IS NOT NULL)
    ) AS each
);
"""

# Whoever changes the aliases of a canonical exercise may write proposals, too: both are for platform admins.
TRIGGER = """
CREATE FUNCTION kinegraph_aliases_removed() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    UPDATE alias_proposals
    SET applied_at = NULL
    WHERE exercise_id = NEW.id AND applied_at IS NOT NULL
      AND kinegraph_folded(text::text) <> ALL (kinegraph_folded(NEW.aliases));
    RETURN NULL;
END $$;
CREATE TRIGGER aliases_removed AFTER UPDATE ON exercises
    FOR EACH ROW WHEN (NEW.organization_id IS NULL AND OLD.aliases IS DISTINCT FROM NEW.aliases)
    EXECUTE FUNCTION kinegraph_aliases_removed();
"""

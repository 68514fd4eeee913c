-- The columns and tables of migration 0049 (0049_pain_response.py).

ALTER TABLE organizations
    ADD COLUMN pain_amber_from integer NOT NULL DEFAULT 4,
    ADD COLUMN pain_red_from   integer NOT NULL DEFAULT 6,
    ADD CONSTRAINT organizations_pain_chk
        CHECK (1 <= pain_amber_from AND pain_amber_from <= pain_red_from AND pain_red_from <= 10);
GRANT UPDATE (pain_amber_from, pain_red_from) ON organizations TO kinegraph_api;

CREATE TABLE regression_proposals (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid        NOT NULL,
    enrollment_id   uuid        NOT NULL,
    patient_id      uuid        NOT NULL,
    exercise_id     uuid        NOT NULL REFERENCES exercises (id),
    log_id          uuid        NOT NULL,
    log_ids         uuid[]      NOT NULL,
    light           varchar(8)  NOT NULL CHECK (light IN ('amber', 'red')),
    pain_score      integer     NOT NULL CHECK (pain_score BETWEEN 1 AND 10),
    performed_on    date        NOT NULL,
    status          varchar(16) NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'accepted', 'declined', 'withdrawn')),
    reason          text,
    decided_by_id   uuid        REFERENCES users (id),
    decided_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT regression_proposals_decided_chk
        CHECK ((decided_at IS NOT NULL) = (status IN ('accepted', 'declined'))),
    CONSTRAINT regression_proposals_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE,
    CONSTRAINT regression_proposals_log_fkey FOREIGN KEY (log_id, organization_id, patient_id)
        REFERENCES exercise_logs (id, organization_id, patient_id) ON DELETE CASCADE,
    CONSTRAINT regression_proposals_id_patient_key UNIQUE (id, organization_id, patient_id)
);
CREATE UNIQUE INDEX regression_proposals_open_idx ON regression_proposals (enrollment_id, exercise_id)
    WHERE status = 'open';
CREATE INDEX regression_proposals_newest_idx ON regression_proposals (organization_id, created_at DESC, id DESC);
CREATE INDEX regression_proposals_enrollment_idx ON regression_proposals (enrollment_id, created_at DESC, id DESC);
CREATE INDEX regression_proposals_log_idx ON regression_proposals (log_id);
CREATE INDEX regression_proposals_exercise_idx ON regression_proposals (exercise_id);

CREATE TABLE exercise_substitutions (
    id               uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id  uuid        NOT NULL,
    enrollment_id    uuid        NOT NULL,
    patient_id       uuid        NOT NULL,
    proposal_id      uuid        NOT NULL,
    exercise_id      uuid        NOT NULL REFERENCES exercises (id),
    substitute_id    uuid        NOT NULL REFERENCES exercises (id),
    from_day         date        NOT NULL,
    to_day           date        CHECK (to_day >= from_day - 1),
    sets             integer     CHECK (sets BETWEEN 1 AND 100),
    reps             integer     CHECK (reps BETWEEN 1 AND 10000),
    duration_seconds integer     CHECK (duration_seconds BETWEEN 1 AND 86400),
    hold_seconds     integer     CHECK (hold_seconds BETWEEN 1 AND 3600),
    rest_seconds     integer     CHECK (rest_seconds BETWEEN 0 AND 3600),
    per_side         boolean     NOT NULL DEFAULT false,
    notes            text,
    halvings         integer     NOT NULL DEFAULT 0 CHECK (halvings BETWEEN 0 AND 100),
    is_replaced      boolean     NOT NULL DEFAULT false,
    end_reason       text,
    created_by_id    uuid        NOT NULL REFERENCES users (id),
    ended_by_id      uuid        REFERENCES users (id),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT exercise_substitutions_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE,
    CONSTRAINT exercise_substitutions_proposal_fkey FOREIGN KEY (proposal_id, organization_id, patient_id)
        REFERENCES regression_proposals (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX exercise_substitutions_lasting_idx ON exercise_substitutions (enrollment_id, exercise_id)
    WHERE to_day IS NULL;
CREATE INDEX exercise_substitutions_enrollment_idx ON exercise_substitutions (enrollment_id, from_day);
CREATE INDEX exercise_substitutions_patient_idx ON exercise_substitutions (patient_id, organization_id);
CREATE UNIQUE INDEX exercise_substitutions_proposal_idx ON exercise_substitutions (proposal_id, organization_id);
CREATE INDEX exercise_substitutions_exercise_idx ON exercise_substitutions (exercise_id);
CREATE INDEX exercise_substitutions_substitute_idx ON exercise_substitutions (substitute_id);

CREATE TRIGGER regression_proposals_row BEFORE UPDATE OF updated_at ON regression_proposals
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER exercise_substitutions_row BEFORE UPDATE OF updated_at ON exercise_substitutions
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();

ALTER TABLE regression_proposals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON regression_proposals TO kinegraph_api;
CREATE POLICY regression_proposals_coached ON regression_proposals FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR ((SELECT current_setting('kinegraph.response', true)) = 'on'
        AND patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
        AND organization_id
            = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[]))
) WITH CHECK (
    (
        organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
        OR ((SELECT current_setting('kinegraph.response', true)) = 'on'
            AND patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
            AND organization_id
                = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[]))
    )
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = regression_proposals.organization_id))
);

ALTER TABLE exercise_substitutions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exercise_substitutions TO kinegraph_api;
CREATE POLICY exercise_substitutions_patient ON exercise_substitutions FOR SELECT USING (
    patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
    AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY exercise_substitutions_coached ON exercise_substitutions FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
) WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = exercise_substitutions.organization_id))
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = substitute_id
                  AND (e.organization_id IS NULL OR e.organization_id = exercise_substitutions.organization_id))
);

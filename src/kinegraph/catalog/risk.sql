-- A value of an exercise e for a person with conditions, of its risk score (assessed.score, 0 to 100), which is computed
-- as by `classification.rules_safety.assess`, and of its row of constraints, c, which is null where it is unclassified.
--
--  {value}     the value
--  {nearest}   the id of the row of constraints that e has, or of its nearest source with one
--  {sources}   the ids of e, and of its sources up to that one
--  {chains}    number, depth, key and spelling of the conditions (`catalog.rules.ChainEntry`), as four arrays
--  {viewer}    the organization whose restrictions count, or null
--  {untouched} the value of an exercise that no constraint, restriction or contraindication names a condition for
--  {scores}    the branches of a CASE from a severity to its score
--  {listed}    the lists of constraints, {severities} the severities, and {spellings} those of the conditions, by which it
--              is decided whether one does: most exercises need no more than that
(SELECT CASE WHEN coalesce(({listed}) && {spellings}, false)
               OR EXISTS (SELECT FROM exercise_contraindications against
                          WHERE against.exercise_id = e.id AND against.severity IN ({severities})
                            AND (c.id IS NULL OR against.organization_id IS NOT NULL)
                            AND against.condition = ANY ({spellings}))
               OR EXISTS (SELECT FROM safety_restrictions restriction
                          WHERE restriction.organization_id = {viewer} AND restriction.condition = ANY ({spellings})
                            AND restriction.severity IN ({severities})
                            AND restriction.exercise_id = ANY (ARRAY({sources})))
             THEN (SELECT {value} FROM (
    WITH chain (number, depth, key, spelling) AS (SELECT * FROM unnest({chains})),
    added (spelling, score) AS (
        SELECT against.condition,
               CASE against.severity {scores} END
        FROM exercise_contraindications against
        WHERE against.exercise_id = e.id AND (c.id IS NULL OR against.organization_id IS NOT NULL)
        UNION ALL
        SELECT restriction.condition,
               CASE restriction.severity {scores} END
        FROM safety_restrictions restriction
        WHERE restriction.organization_id = {viewer} AND restriction.exercise_id = ANY (ARRAY({sources}))
    ),
    scored (spelling, score) AS (
        SELECT unnest(c.avoid_if), 100
        UNION ALL SELECT unnest(c.caution_if), 1
        UNION ALL SELECT risk ->> 'condition', (risk ->> 'risk_score')::integer
                  FROM jsonb_array_elements(c.risk_scores) AS risk
                  WHERE risk ->> 'condition' = ANY ({spellings})
        UNION ALL SELECT spelling, score FROM added
    ),
    indication (number, depth) AS (
        -- The treatment of a condition is no risk of its parents, unless somebody has added that condition.
        SELECT chain.number, min(chain.depth)
        FROM chain
        WHERE chain.spelling = ANY (c.indicated_for)
          AND chain.key NOT IN (SELECT other.key FROM chain other JOIN added USING (spelling))
        GROUP BY chain.number
    ),
    considered (number, depth, key, score, is_indicated) AS (
        SELECT chain.number, chain.depth, chain.key, max(scored.score), indication.depth IS NOT DISTINCT FROM chain.depth
        FROM chain
        JOIN scored USING (spelling)
        LEFT JOIN indication ON indication.number = chain.number
        WHERE chain.depth <= coalesce(indication.depth, chain.depth)
        GROUP BY chain.number, chain.depth, chain.key, indication.depth
    ),
    counted AS (SELECT * FROM considered WHERE NOT (is_indicated AND score >= 100)),
    worst AS (SELECT DISTINCT ON (number) key, score FROM counted ORDER BY number, score DESC, depth)
    SELECT CASE WHEN EXISTS (SELECT FROM counted WHERE score >= 100) THEN 100
                ELSE (SELECT least(coalesce(sum(score), 0), 99) FROM (SELECT DISTINCT key, score FROM worst) AS each)
           END AS score
 ) AS assessed) ELSE {untouched} END
 FROM (SELECT {nearest} AS id OFFSET 0) AS nearest
 LEFT JOIN LATERAL (SELECT * FROM exercise_safety_constraints one WHERE one.id = nearest.id OFFSET 0) AS c ON true)

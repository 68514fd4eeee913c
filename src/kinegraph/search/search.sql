-- Search of exercises: lists of at most 50 rows each, fused by reciprocal rank with k = 60.
--
-- To run it in psql, whose parameters cannot be null (no organization has this id):
--     \bind 00000000-0000-0000-0000-000000000000 false '{published}' '{published}' 'push & up' '{push,up}' …
--     \i src/kinegraph/search/search.sql
--
--  $1 organization, or null: canonical rows alone     $2 whether the viewer coaches it
--  $3 statuses of canonical rows                      $4 statuses of the organization's rows
--  $5 rows with all segments                          $6 rows with some segments, a query for each choice
--  $7 slots  $8 shares  $9 weights  $10 in the name  $11 in an alias  $12 elsewhere: the alternatives
-- $13 whole names without spaces, $14 their weights   $15 the text for trigrams
-- $16 the weight of the full-text list, $17 that of trigrams
-- $18 maximum number of hits   $19 keys that an override may have   $20 whether a word may be misspelled
-- $21 the query's vector, or {}: no list of vectors   $22 the weight of this list; with a $16 of 0, it is alone
-- What stands between braces is left out where no organization is searched, or no vector is there.
WITH
-- { organization
of_organization AS MATERIALIZED (
    -- The organization's own rows, and canonical ones whose texts it overrides: read from an index that has no others.
    SELECT s.exercise_id AS id, s.short_tsv,
           CASE WHEN s.is_own THEN s.status = ANY ($4) AND (s.status = 'published' OR $2) ELSE s.status = ANY ($3) END
               AND true /* filter */ AS is_shown
    FROM organization_search s
    WHERE s.organization_id = $1
),
-- } organization
library AS NOT MATERIALIZED (
    -- Canonical rows whose texts it does not override. `canonical_search` has the indexes.
    SELECT s.exercise_id AS id, s.slug, s.name_key, false AS is_own, s.search_name, s.search_aliases, s.whole_tsv,
           s.name_tsv, s.names_tsv, s.search_tsv
    FROM canonical_search s
    WHERE s.status = ANY ($3) AND true /* filter */
-- { organization
      AND s.exercise_id NOT IN (SELECT id FROM of_organization)
    UNION ALL
    SELECT s.exercise_id, s.slug, s.name_key, s.is_own, s.search_name, s.search_aliases, s.whole_tsv,
           s.name_tsv, s.names_tsv, s.search_tsv
    FROM organization_search s
    WHERE s.organization_id = $1 AND s.exercise_id IN (SELECT id FROM of_organization WHERE is_shown)
-- } organization
),
wanted AS MATERIALIZED (
    SELECT to_tsquery('kinegraph', $5) AS segments,
           (SELECT string_agg(name, ' | ') FROM unnest($13::text[]) AS name)::tsquery AS whole_names,
           $2::boolean AS is_coached, $4::text[] AS own_statuses, $21::real[] AS vector
),
alternative AS NOT MATERIALIZED (
    SELECT * FROM unnest($7::integer[], $8::real[], $9::real[], $10::text[], $11::text[], $12::text[])
                  AS sent (slot, share, weight, in_name, in_alias, elsewhere)
),
-- Rows with all segments in the name; only where these are few, in an alias too, in muscles and equipment, in any text;
-- only where these are few, rows with some segments. Of each the shortest names: the indexes know no weights, and to
-- unpack a vector takes longer than to find its row.
named AS MATERIALIZED (
    SELECT *
    FROM (SELECT exercise_id AS id, slug, name_key, false AS is_own, search_name, search_aliases, whole_tsv, name_tsv
          FROM canonical_search s
          WHERE $16::real > 0 AND name_tsv @@ (SELECT segments FROM wanted)
            AND status = ANY ($3) AND true /* filter */
-- { organization
            AND exercise_id NOT IN (SELECT id FROM of_organization)
          UNION ALL
          SELECT mine.id, s.slug, s.name_key, s.is_own, s.search_name, s.search_aliases, s.whole_tsv, s.name_tsv
          FROM of_organization mine
          JOIN organization_search s
              ON s.organization_id = $1 AND s.exercise_id = mine.id
          WHERE $16::real > 0 AND is_shown AND s.name_tsv @@ (SELECT segments FROM wanted)
            AND (mine.short_tsv IS NULL OR mine.short_tsv @@ (SELECT segments FROM wanted))
-- } organization
    ) AS candidate
    ORDER BY length(search_name), id
    LIMIT 50
),
aliased AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $16::real > 0 AND (SELECT count(*) FROM named) < 50 AND names_tsv @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 60
),
tagged AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $16::real > 0 AND (SELECT count(*) FROM named) < 50 AND (SELECT count(*) FROM aliased) < 30
      AND ts_filter(search_tsv, '{a,b,c}') @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 60
),
mentioned AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $16::real > 0 AND (SELECT count(*) FROM named) < 50 AND (SELECT count(*) FROM aliased) < 30
      AND (SELECT count(*) FROM tagged) < 20 AND search_tsv @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 40
),
chosen AS MATERIALIZED (
    SELECT DISTINCT choice.id
    FROM unnest($6::text[]) AS sent (segments)
    CROSS JOIN LATERAL (
        SELECT id
        FROM library
        WHERE $16::real > 0 AND (SELECT count(*) FROM named) < 20 AND (SELECT count(*) FROM aliased) < 20
          AND (SELECT count(*) FROM tagged) < 20 AND (SELECT count(*) FROM mentioned) < 20
          AND names_tsv @@ to_tsquery('kinegraph', sent.segments)
        ORDER BY length(search_name), id
        LIMIT 20
    ) AS choice
),
partial AS MATERIALIZED (
    SELECT row.*
    FROM chosen
    CROSS JOIN LATERAL (SELECT * FROM library WHERE id = chosen.id LIMIT 1) AS row  -- by the key, one after the other
),
-- The rows whose names and aliases have the words of the vocabulary that are most like those of a misspelled query.
like_words AS MATERIALIZED (
    SELECT to_tsquery('kinegraph', string_agg('(' || near.words || ')', ' & ')) AS query
    FROM unnest(string_to_array($15, ' ')) AS sent (word)
    CROSS JOIN LATERAL (
        SELECT string_agg(word, ' | ') AS words
        FROM (SELECT word FROM canonical_words WHERE $20 AND word % sent.word
              ORDER BY similarity(word, sent.word) DESC, word LIMIT 5) AS nearest
    ) AS near
),
alike AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $20 AND names_tsv @@ (SELECT query FROM like_words)
    ORDER BY length(search_name), id
    LIMIT 60
),
found AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, slug, name_key, is_own, search_name, search_aliases, whole_tsv, name_tsv, names_tsv,
           ts_filter(search_tsv, '{c}') AS elsewhere_tsv, is_alike
    FROM (SELECT *, NULL::tsvector AS names_tsv, NULL::tsvector AS search_tsv, false AS is_alike FROM named
          UNION ALL SELECT *, false FROM aliased
          UNION ALL SELECT *, false FROM tagged
          UNION ALL SELECT *, false FROM mentioned
          UNION ALL SELECT *, false FROM partial
          UNION ALL SELECT *, true FROM alike) AS candidate
    ORDER BY id, is_alike, names_tsv IS NULL
),
-- (1) Full text: the sum over slots of the best alternative's weight, and more for whole names; long names come later.
-- Rows with all segments in the name are compared by it alone, as many as these are.
in_names AS MATERIALIZED (
    SELECT slot, share * weight AS weight, to_tsquery('kinegraph', in_name) AS in_name FROM alternative
),
in_texts AS MATERIALIZED (
    SELECT slot, share * weight AS weight, to_tsquery('kinegraph', in_name) AS in_name,
           to_tsquery('kinegraph', in_alias) AS in_alias, to_tsquery('kinegraph', elsewhere) AS elsewhere
    FROM alternative
),
slot_score AS (
    SELECT id, max(weight * (name_tsv @@ in_name)::integer) AS best
    FROM found
    CROSS JOIN in_names
    WHERE names_tsv IS NULL
    GROUP BY id, slot
    UNION ALL
    SELECT id, max(weight * CASE WHEN name_tsv @@ in_name THEN 1::real
                                 WHEN names_tsv @@ in_alias THEN 0.9::real
                                 WHEN elsewhere_tsv @@ elsewhere THEN 0.35::real
                                 ELSE 0 END)
    FROM found
    CROSS JOIN in_texts
    WHERE (SELECT count(*) FROM named) < 50 AND names_tsv IS NOT NULL AND NOT is_alike
    GROUP BY id, slot
),
scored AS (
    SELECT id, sum(best) AS score
    FROM slot_score
    GROUP BY id
),
lexical AS (
    SELECT id, slug, name_key, is_own,
           row_number() OVER (ORDER BY scored.score + whole_name - 0.02::real * words DESC, length(search_name), id) AS rank
    FROM scored
    JOIN found USING (id)
    CROSS JOIN LATERAL (
        SELECT array_length(string_to_array(search_name, ' '), 1) AS words,
               CASE WHEN whole_tsv @@ (SELECT whole_names FROM wanted) THEN (
                        SELECT max(CASE WHEN name = replace(search_name, ' ', '') THEN 0.5::real ELSE 0.45::real END * weight)
                        FROM unnest($13::text[], $14::real[]) AS whole (name, weight)
                        WHERE name = ANY (tsvector_to_array(whole_tsv)))
                    ELSE 0 END AS whole_name
    ) AS measured
    ORDER BY rank
    LIMIT 50
),
-- (2) Trigrams of names and aliases, where a word may be misspelled: with other queries they only harm.
likeness AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, length(search_name) AS length,
           greatest(0.7::real * word_similarity($15, search_name) + 0.3::real * similarity($15, search_name),
                    0.9::real * word_similarity($15, search_aliases)) AS likeness
    FROM found
    WHERE $20
),
trigram AS (
    SELECT id, slug, name_key, is_own, row_number() OVER (ORDER BY likeness DESC, length, id) AS rank
    FROM likeness
    WHERE likeness >= 0.4
    ORDER BY rank
    LIMIT 50
),
-- { vectors
-- (3) Vectors. Canonical rows by the index (HNSW), which has no others; where a filter leaves so few that the scan ends
-- before there are 50 of them, all that it leaves are compared. The organization's vectors are few, and all compared.
sent AS MATERIALIZED (
    SELECT nullif($21::real[], '{}')::vector AS vector,
           set_config('hnsw.iterative_scan', 'strict_order', true) || set_config('hnsw.ef_search', '100', true)
               || set_config('hnsw.max_scan_tuples', '2000', true) AS settings
    WHERE $21 <> '{}'
),
nearest AS MATERIALIZED (
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key) AS name_key, false AS is_own,
           e.embedding <=> (SELECT vector FROM sent) AS distance
    FROM exercises e
    LEFT JOIN exercise_org_overrides o
        ON o.exercise_id = e.id AND o.organization_id = $1
    WHERE (SELECT settings FROM sent) <> '' AND e.organization_id IS NULL AND e.deleted_at IS NULL
      AND e.embedding IS NOT NULL AND e.status = ANY ($3) AND CASE WHEN o.embedding IS NULL THEN true ELSE false END
      AND true /* filter of canonical rows e */
    ORDER BY e.embedding <=> (SELECT vector FROM sent)
    LIMIT 50
),
compared AS MATERIALIZED (
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key) AS name_key, false AS is_own,
           coalesce(o.embedding, e.embedding) <=> (SELECT vector FROM sent) AS distance
    FROM exercises e
    LEFT JOIN exercise_org_overrides o
        ON o.exercise_id = e.id AND o.organization_id = $1
    WHERE $21 <> '{}' AND (SELECT count(*) FROM nearest) < 50
      AND e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key), false, o.embedding <=> (SELECT vector FROM sent)
    FROM exercise_org_overrides o
    JOIN exercises e
        ON e.id = o.exercise_id
    WHERE $21 <> '{}' AND (SELECT count(*) FROM nearest) = 50 AND o.organization_id = $1 AND o.embedding IS NOT NULL
      AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, e.name_key, true, e.embedding <=> (SELECT vector FROM sent)
    FROM exercises e
    WHERE $21 <> '{}' AND e.organization_id = $1 AND e.deleted_at IS NULL
      AND (e.status = 'published' OR $2) AND e.status = ANY ($4)
      AND true /* filter of own rows */
),
semantic AS (
    SELECT *, row_number() OVER (ORDER BY distance, id) AS rank
    FROM (SELECT DISTINCT ON (coalesce(slug, id::text))  -- the organization's row, in the better place; so 50 remain
                 id, slug, name_key, is_own, min(distance) OVER (PARTITION BY coalesce(slug, id::text)) AS distance
          FROM (SELECT * FROM nearest WHERE (SELECT count(*) FROM nearest) = 50
                UNION ALL
                SELECT * FROM compared WHERE distance IS NOT NULL) AS candidate
          ORDER BY coalesce(slug, id::text), is_own DESC) AS winner
    ORDER BY rank
    LIMIT 50
),
-- } vectors
fused AS (
    SELECT id, coalesce(lexical.slug, trigram.slug, semantic.slug) AS slug,
           coalesce(lexical.name_key, trigram.name_key, semantic.name_key) AS name_key,
           coalesce(lexical.is_own, trigram.is_own, semantic.is_own) AS is_own,
           lexical.rank AS lexical_rank, trigram.rank AS trigram_rank, semantic.rank AS semantic_rank,
           coalesce($16::real / (60 + lexical.rank), 0) + coalesce($17::real / (60 + trigram.rank), 0)
               + coalesce($22::real / (60 + semantic.rank), 0) AS score
    FROM lexical
    FULL JOIN trigram USING (id)
    FULL JOIN semantic USING (id)
),
-- Of rows with one slug, the organization's is shown, with the score and in the position of the best of them.
positioned AS (
    SELECT *, row_number() OVER (ORDER BY score DESC, lexical_rank NULLS LAST, name_key, id) AS own_position
    FROM fused
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(slug, id::text) ORDER BY is_own DESC, own_position) AS place,
           max(score) OVER (PARTITION BY coalesce(slug, id::text)) AS best_score,
           min(own_position) OVER (PARTITION BY coalesce(slug, id::text)) AS position
    FROM positioned
),
hits AS (
    SELECT *
    FROM numbered
    WHERE place = 1
    ORDER BY position
    LIMIT $18
)
SELECT id, $1::uuid AS organization_id, best_score::double precision AS score,
       lexical_rank::integer, trigram_rank::integer, semantic_rank::integer,
       CASE WHEN $1 IS NULL THEN 'CANONICAL'
            WHEN is_own THEN 'ORG'
            WHEN (SELECT jsonb_strip_nulls(o.overrides) ?| $19::text[]
                  FROM exercise_org_overrides o
                  WHERE o.exercise_id = hits.id AND o.organization_id = $1) THEN 'CUSTOMIZED'
            ELSE 'CANONICAL' END AS source
FROM hits
ORDER BY position

-- Search of exercises: lists of at most 50 rows each, fused by reciprocal rank with k = 60.
--
-- To run it in psql, whose parameters cannot be null (no organization has this id):
--     SET pg_trgm.word_similarity_threshold = 0.45;
--     \bind 00000000-0000-0000-0000-000000000000 false '{published}' '{published}' 'push & up' 'push:A & up:A' …
--     \i src/kinegraph/search/search.sql
--
--  $1 organization, or null: canonical rows alone     $2 whether the viewer coaches it
--  $3 statuses of canonical rows                      $4 statuses of the organization's rows
--  $5 rows with all segments, $6 these in the name    $7 rows with any segment
--  $8 slots  $9 shares  $10 weights  $11 in the name  $12 in an alias  $13 elsewhere: the alternatives
-- $14 whole names without spaces, $15 their weights   $16 the text for trigrams
-- $17 the weight of the full-text list, $18 that of trigrams
-- $19 maximum number of hits   $20 keys that an override may have   $21 whether a word may be misspelled
-- $22 the query's vector, or {}: no list of vectors   $23 the weight of this list; with a $17 of 0, it is alone
WITH library AS NOT MATERIALIZED (
    -- Canonical rows whose texts the organization does not override. `canonical_search` has the indexes.
    SELECT s.exercise_id AS id, s.slug, s.name_key, false AS is_own, s.search_name, s.search_aliases, s.search_tsv
    FROM canonical_search s
    LEFT JOIN exercise_org_overrides o
        ON o.exercise_id = s.exercise_id AND o.organization_id = $1
    WHERE s.status = ANY ($3) AND CASE WHEN o.search_tsv <> '' THEN false ELSE true END
      AND true /* filter of canonical rows */
    UNION ALL
    -- Canonical rows whose texts it overrides. A name or aliases that it replaced are not searched.
    SELECT s.exercise_id, s.slug, coalesce(o.name_key, s.name_key), false,
           coalesce(o.search_name, s.search_name), coalesce(o.search_aliases, s.search_aliases),
           o.search_tsv || CASE
               WHEN o.search_name IS NULL AND o.search_aliases IS NULL THEN s.search_tsv
               WHEN o.search_aliases IS NULL THEN ts_filter(s.search_tsv, '{b,c,d}')
               WHEN o.search_name IS NULL THEN ts_filter(s.search_tsv, '{a,c,d}')
               ELSE ts_filter(s.search_tsv, '{c,d}') END
    FROM exercise_org_overrides o
    JOIN canonical_search s
        ON s.exercise_id = o.exercise_id
    WHERE o.organization_id = $1 AND o.search_tsv <> '' AND s.status = ANY ($3)
      AND true /* filter of canonical rows */
    UNION ALL
    -- The organization's own rows.
    SELECT e.id, e.slug, e.name_key, true, e.search_name, e.search_aliases, e.search_tsv
    FROM exercises e
    WHERE e.organization_id = $1 AND e.deleted_at IS NULL
      AND (e.status = 'published' OR $2) AND e.status = ANY ($4)
      AND true /* filter of own rows */
),
alternative AS MATERIALIZED (
    SELECT slot, share, weight, to_tsquery('kinegraph', in_name) AS in_name,
           to_tsquery('kinegraph', in_alias) AS in_alias, to_tsquery('kinegraph', elsewhere) AS elsewhere
    FROM unnest($8::integer[], $9::real[], $10::real[], $11::text[], $12::text[], $13::text[])
         AS sent (slot, share, weight, in_name, in_alias, elsewhere)
),
-- Rows with all segments in the name; only where these are few, in any text; only where these are few, rows with some.
named AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $17 > 0 AND search_tsv @@ (SELECT to_tsquery('kinegraph', $6))
    ORDER BY length(search_name), id
    LIMIT 60
),
complete AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $17 > 0 AND (SELECT count(*) FROM named) < 50 AND search_tsv @@ (SELECT to_tsquery('kinegraph', $5))
    ORDER BY ts_rank('{0, 0.1, 0.6, 1}', search_tsv, (SELECT to_tsquery('kinegraph', $5))) DESC, length(search_name), id
    LIMIT 60
),
partial AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE $17 > 0 AND (SELECT count(*) FROM complete) < 20 AND (SELECT count(*) FROM named) < 20
      AND search_tsv @@ (SELECT to_tsquery('kinegraph', $7))
    ORDER BY ts_rank('{0, 0.1, 0.6, 1}', search_tsv, (SELECT to_tsquery('kinegraph', $7))) DESC, length(search_name), id
    LIMIT 80
),
-- Their vectors are unpacked once, without cues, which are too many to be weighed.
found AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, slug, name_key, is_own, search_name, search_aliases,
           ts_filter(search_tsv, '{a,b,c}') AS search_tsv
    FROM (SELECT * FROM named UNION ALL SELECT * FROM complete UNION ALL SELECT * FROM partial) AS candidate
),
-- (1) Full text: the sum over slots of the best alternative's weight, and more for whole names; long names come later.
scored AS MATERIALIZED (
    SELECT found.id,
           coalesce((
               SELECT sum(slot.best)
               FROM (SELECT max(share * weight * CASE WHEN found.search_tsv @@ in_name THEN 1.0
                                                      WHEN found.search_tsv @@ in_alias THEN 0.9
                                                      WHEN found.search_tsv @@ elsewhere THEN 0.35
                                                      ELSE 0 END) AS best
                     FROM alternative GROUP BY slot) AS slot), 0)
           + coalesce((
               SELECT max(CASE WHEN replace(found.search_name, ' ', '') = whole.name THEN 0.5 * whole.weight
                               WHEN strpos('|' || replace(found.search_aliases, ' ', '') || '|',
                                           '|' || whole.name || '|') > 0 THEN 0.45 * whole.weight
                               ELSE 0 END)
               FROM unnest($14::text[], $15::real[]) AS whole (name, weight)), 0)
           - 0.02 * array_length(string_to_array(found.search_name, ' '), 1) AS score
    FROM found
),
lexical AS (
    SELECT found.*, row_number() OVER (ORDER BY scored.score DESC, length(found.search_name), id) AS rank
    FROM found
    JOIN scored USING (id)
    ORDER BY rank
    LIMIT 50
),
-- (2) Trigrams of names and aliases: of the whole library where a word may be misspelled, else of what full text found.
likeness AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, search_name,
           greatest(0.7 * word_similarity($16, search_name) + 0.3 * similarity($16, search_name),
                    0.9 * word_similarity($16, search_aliases)) AS likeness
    FROM (SELECT id, slug, name_key, is_own, search_name, search_aliases
          FROM library
          WHERE $21 AND ($16 <% search_name OR $16 <% search_aliases)
          UNION ALL
          SELECT id, slug, name_key, is_own, search_name, search_aliases FROM found WHERE NOT $21) AS candidate
),
trigram AS (
    SELECT *, row_number() OVER (ORDER BY likeness DESC, length(search_name), id) AS rank
    FROM likeness
    WHERE likeness >= 0.4
    ORDER BY rank
    LIMIT 50
),
-- (3) Vectors. Canonical rows by the index (HNSW), which has no others; where a filter leaves so few that the scan ends
-- before there are 50 of them, all that it leaves are compared. The organization's vectors are few, and all compared.
sent AS MATERIALIZED (
    SELECT nullif($22::real[], '{}')::vector AS vector,
           set_config('hnsw.iterative_scan', 'strict_order', true) || set_config('hnsw.ef_search', '100', true)
               || set_config('hnsw.max_scan_tuples', '2000', true) AS settings
    WHERE $22 <> '{}'
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
    WHERE $22 <> '{}' AND (SELECT count(*) FROM nearest) < 50
      AND e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key), false, o.embedding <=> (SELECT vector FROM sent)
    FROM exercise_org_overrides o
    JOIN exercises e
        ON e.id = o.exercise_id
    WHERE $22 <> '{}' AND (SELECT count(*) FROM nearest) = 50 AND o.organization_id = $1 AND o.embedding IS NOT NULL
      AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, e.name_key, true, e.embedding <=> (SELECT vector FROM sent)
    FROM exercises e
    WHERE $22 <> '{}' AND e.organization_id = $1 AND e.deleted_at IS NULL
      AND (e.status = 'published' OR $2) AND e.status = ANY ($4)
      AND true /* filter of own rows */
),
semantic AS (
    SELECT *, row_number() OVER (ORDER BY distance, id) AS rank
    FROM (SELECT DISTINCT ON (coalesce(slug, id::text)) *  -- the organization's row wins, so that 50 remain
          FROM (SELECT * FROM nearest WHERE (SELECT count(*) FROM nearest) = 50
                UNION ALL
                SELECT * FROM compared WHERE distance IS NOT NULL) AS candidate
          ORDER BY coalesce(slug, id::text), is_own DESC) AS winner
    ORDER BY rank
    LIMIT 50
),
fused AS (
    SELECT id, coalesce(lexical.slug, trigram.slug, semantic.slug) AS slug,
           coalesce(lexical.name_key, trigram.name_key, semantic.name_key) AS name_key,
           coalesce(lexical.is_own, trigram.is_own, semantic.is_own) AS is_own,
           lexical.rank AS lexical_rank, trigram.rank AS trigram_rank, semantic.rank AS semantic_rank,
           coalesce($17::real / (60 + lexical.rank), 0) + coalesce($18::real / (60 + trigram.rank), 0)
               + coalesce($23::real / (60 + semantic.rank), 0) AS score
    FROM lexical
    FULL JOIN trigram USING (id)
    FULL JOIN semantic USING (id)
),
-- Of rows with one slug, the organization's wins.
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(slug, id::text) ORDER BY is_own DESC, score DESC) AS place
    FROM fused
),
hits AS (
    SELECT *
    FROM numbered
    WHERE place = 1
    ORDER BY score DESC, lexical_rank NULLS LAST, name_key, id
    LIMIT $19
)
SELECT id, $1::uuid AS organization_id, score::double precision AS score,
       lexical_rank::integer, trigram_rank::integer, semantic_rank::integer,
       CASE WHEN is_own THEN 'ORG'
            WHEN (SELECT jsonb_strip_nulls(o.overrides) ?| $20::text[]
                  FROM exercise_org_overrides o
                  WHERE o.exercise_id = hits.id AND o.organization_id = $1) THEN 'CUSTOMIZED'
            ELSE 'CANONICAL' END AS source
FROM hits
ORDER BY score DESC, lexical_rank NULLS LAST, name_key, id

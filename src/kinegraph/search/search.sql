-- Search of exercises: lists of at most 50 rows each, fused by reciprocal rank with k = 60.
--
-- To run it in psql, which adds the parameters to a file that ends without a semicolon:
--     SET pg_trgm.word_similarity_threshold = 0.45;
--     \i src/kinegraph/search/search.sql
--     \bind '' false '{published}' '{published}' 'push & up' 'push:A & up:A' 'push | up' … \g
--
--  $1 organization, or null: canonical rows alone     $2 whether the viewer coaches it
--  $3 statuses of canonical rows                      $4 statuses of the organization's rows
--  $5 rows with all segments, $6 these in the name    $7 rows with any segment
--  $8 slots  $9 shares  $10 weights  $11 in the name  $12 in an alias  $13 elsewhere: the alternatives
-- $14 whole names without spaces, $15 their weights   $16 the text for trigrams
-- $17 the weight of the full-text list, $18 that of trigrams
-- $19 maximum number of hits                          $20 keys that an override may have
WITH library AS NOT MATERIALIZED (
    -- Canonical rows whose texts the organization does not override. `canonical_search` has the indexes.
    SELECT s.exercise_id AS id, e.slug, e.name_key, false AS is_own,
           jsonb_strip_nulls(o.overrides) AS overrides,
           s.search_name, s.search_aliases, s.search_tsv
    FROM canonical_search s
    JOIN exercises e
        ON e.id = s.exercise_id
    LEFT JOIN exercise_org_overrides o
        ON o.exercise_id = s.exercise_id AND o.organization_id = $1
    WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND CASE WHEN o.search_tsv <> '' THEN false ELSE true END
      AND true /* filter of canonical rows */
    UNION ALL
    -- Canonical rows whose texts it overrides. A name or aliases that it replaced are not searched.
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key), false, jsonb_strip_nulls(o.overrides),
           coalesce(o.search_name, e.search_name), coalesce(o.search_aliases, e.search_aliases),
           o.search_tsv || CASE
               WHEN o.search_name IS NULL AND o.search_aliases IS NULL THEN e.search_tsv
               WHEN o.search_aliases IS NULL THEN ts_filter(e.search_tsv, '{b,c,d}')
               WHEN o.search_name IS NULL THEN ts_filter(e.search_tsv, '{a,c,d}')
               ELSE ts_filter(e.search_tsv, '{c,d}') END
    FROM exercise_org_overrides o
    JOIN exercises e
        ON e.id = o.exercise_id
    WHERE o.organization_id = $1 AND o.search_tsv <> ''
      AND e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows */
    UNION ALL
    -- The organization's own rows.
    SELECT e.id, e.slug, e.name_key, true, NULL, e.search_name, e.search_aliases, e.search_tsv
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
strict AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE search_tsv @@ to_tsquery('kinegraph', $5)
    ORDER BY search_tsv @@ to_tsquery('kinegraph', $6) DESC, length(search_name), id
    LIMIT 200
),
-- Rows with some of the segments, only where few have all.
loose AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE (SELECT count(*) FROM strict) < 20 AND search_tsv @@ to_tsquery('kinegraph', $7)
    ORDER BY ts_rank('{0, 0.1, 0.6, 1}', search_tsv, to_tsquery('kinegraph', $7)) DESC, length(search_name), id
    LIMIT 200
),
found AS (
    SELECT * FROM strict
    UNION
    SELECT * FROM loose
),
-- (1) Full text: the sum over slots of the best alternative's weight, and more for whole names; long names come later.
lexical AS (
    SELECT scored.id, row_number() OVER (ORDER BY scored.score DESC, length(scored.search_name), scored.id) AS rank
    FROM (
        SELECT found.id, found.search_name,
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
        FROM found) AS scored
    WHERE scored.score > 0.05
    ORDER BY rank
    LIMIT 50
),
-- (2) Trigrams of names and aliases.
trigram AS (
    SELECT alike.id,
           row_number() OVER (ORDER BY alike.likeness DESC, length(alike.search_name), alike.id) AS rank
    FROM (SELECT id, search_name,
                 greatest(0.7 * word_similarity($16, search_name) + 0.3 * similarity($16, search_name),
                          0.9 * word_similarity($16, search_aliases)) AS likeness
          FROM library
          WHERE $16 <% search_name OR $16 <% search_aliases) AS alike
    ORDER BY rank
    LIMIT 50
),
-- (3) Vectors: a third list of the same form, when exercises have embeddings.
fused AS (
    SELECT id, lexical.rank AS lexical_rank, trigram.rank AS trigram_rank,
           coalesce($17::real / (60 + lexical.rank), 0) + coalesce($18::real / (60 + trigram.rank), 0) AS score
    FROM lexical
    FULL JOIN trigram USING (id)
),
-- Of rows with one slug, the organization's wins.
distinct_hits AS (
    SELECT fused.*, library.name_key, library.is_own, library.overrides,
           row_number() OVER (PARTITION BY coalesce(library.slug, library.id::text)
                              ORDER BY library.is_own DESC, fused.score DESC) AS place
    FROM fused
    JOIN library USING (id)
)
SELECT id, $1::uuid AS organization_id, score::double precision AS score,
       lexical_rank::integer, trigram_rank::integer, NULL::integer AS semantic_rank,
       CASE WHEN is_own THEN 'ORG' WHEN overrides ?| $20::text[] THEN 'CUSTOMIZED' ELSE 'CANONICAL' END AS source
FROM distinct_hits
WHERE place = 1
ORDER BY score DESC, lexical_rank NULLS LAST, name_key, id
LIMIT $19

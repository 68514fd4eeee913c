-- Search of exercises: lists of at most 50 rows each, fused by reciprocal rank with k = 60.
--
-- To run it in psql, whose parameters cannot be null (no organization has this id):
--     \bind 00000000-0000-0000-0000-000000000000 false '{published}' '{published}' 'push & up' 'push' …
--     \i src/kinegraph/search/search.sql
--
--  $1 organization, or null: canonical rows alone     $2 whether the viewer coaches it
--  $3 statuses of canonical rows                      $4 statuses of the organization's rows
--  $5 the first segment's texts: rows have any of them    $18 the query of the others; of one segment, it again
--  $6 rows with some segments, a query for each choice    ($5, $6, $9 and $10 have a line for each)
--  $7 slots  $8 weights  $9 queries: the alternatives, whose words a name has in any order, and other texts as a phrase
-- $10 whole names without spaces, $11 their weights   $12 the text for trigrams
-- $13 the weight of the full-text list, $14 that of trigrams
-- $15 maximum number of hits
-- $16 the query's vector, or {}: no list of vectors   $17 the weight of this list; with a $13 of 0, it is alone
-- $19 to $21 words, of which each row that is sought has one: stems ($19, a line for each), words without stems, and
-- beginnings of words, both with spaces between them
-- Queries with quotation marks are parsed ones: they have stems, and take less time to read than words to analyse.
-- What stands between braces is left out of a search that does not need it: to begin it takes time, too.
WITH
-- { organization
overridden AS MATERIALIZED (
    SELECT exercise_id AS id FROM organization_search WHERE organization_id = $1 AND NOT is_own
),
-- } organization
canonical AS NOT MATERIALIZED (
    -- Canonical rows whose texts the organization does not override. `canonical_search` has the indexes.
    SELECT s.exercise_id AS id, s.slug, s.name_key, false AS is_own, s.search_name, s.name_length AS length,
           s.search_aliases, s.whole_tsv, s.name_tsv, s.names_tsv, s.search_tsv, s.names_tsv AS words_tsv
    FROM canonical_search s
    WHERE s.status = ANY ($3) AND true /* filter */
-- { organization
      AND s.exercise_id NOT IN (SELECT id FROM overridden)
-- } organization
),
-- { organization
own AS NOT MATERIALIZED (
    -- Its own rows, and those whose texts it overrides; `words_tsv` is not compressed.
    SELECT s.exercise_id AS id, s.slug, s.name_key, s.is_own, s.search_name, s.name_length AS length,
           s.search_aliases, s.whole_tsv, s.name_tsv, s.names_tsv, s.search_tsv, s.words_tsv
    FROM organization_search s
    WHERE s.organization_id = $1 AND true /* filter */
      AND CASE WHEN s.is_own THEN s.status = ANY ($4) AND (s.status = 'published' OR $2) ELSE s.status = ANY ($3) END
),
-- } organization
library AS NOT MATERIALIZED (
    SELECT * FROM canonical
-- { organization
    UNION ALL SELECT * FROM own
-- } organization
),
wanted AS MATERIALIZED (
    SELECT ARRAY (SELECT CASE WHEN strpos(query, '''') > 0 THEN query::tsquery ELSE to_tsquery('kinegraph', query) END
                  FROM unnest(string_to_array($5, E'\n')) AS query) AS texts,
-- { several
           CASE WHEN strpos($18, '''') > 0 THEN $18::tsquery ELSE to_tsquery('kinegraph', $18) END AS other_segments,
-- } several
           replace($10, E'\n', ' | ')::tsquery AS whole_names,
           -- Parameters that only the parts between braces have: their types are known without these, too.
           $2::boolean, $4::text[], $6::text, $12::text, $14::real, $16::real[], $17::real, $18::text,
           $19::text, $20::text, $21::text
),
sought AS MATERIALIZED (  -- the same as one query, for rows that are compared one by one
    SELECT array_to_string(texts, ' | ')::tsquery
-- { several
           && other_segments
-- } several
           AS segments
    FROM wanted
),
-- Rows with all segments in the name; only where these are few, in an alias too, and in any text; only where these are
-- few, rows with some segments. Of each the shortest names: the indexes know no weights, and to
-- unpack a vector takes longer than to find its row. OFFSET 0: the index is read before rows are sorted.
canonical_named AS (
    SELECT *
    FROM (SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv
          FROM canonical
          WHERE $13::real > 0 AND name_tsv @@ ANY ((SELECT texts FROM wanted)::tsquery[])
-- { several
            AND name_tsv @@ (SELECT other_segments FROM wanted)
-- } several
          OFFSET 0) AS found
    ORDER BY length, id
    LIMIT 50
),
-- { organization
candidate AS MATERIALIZED (
    -- The organization's rows with a word of a segment in name or aliases: no others can have it.
    SELECT exercise_id, name_length
    FROM organization_words
    WHERE $13::real > 0 AND organization_id = $1
      AND word = ANY (CASE WHEN $20 = '' THEN string_to_array($19, E'\n')
                           ELSE string_to_array($19, E'\n') || tsvector_to_array(to_tsvector('kinegraph', $20)) END)
-- { begun
    UNION ALL
    SELECT exercise_id, name_length
    FROM (SELECT start, start || U&'\+10FFFF' AS beyond
          FROM unnest(tsvector_to_array(to_tsvector('kinegraph', $21))) AS start
          OFFSET 0) AS beginning
    JOIN organization_words ON word >= start AND word < beyond
    WHERE $13::real > 0 AND organization_id = $1
-- } begun
),
-- } organization
named AS MATERIALIZED (
    SELECT * FROM canonical_named
-- { organization
    UNION ALL
    SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv
    FROM own
    WHERE id = ANY (ARRAY (
              SELECT exercise_id FROM candidate
              WHERE name_length <= (SELECT CASE WHEN count(*) = 50 THEN max(length) ELSE 10000 END FROM canonical_named)))
      AND name_tsv @@ (SELECT segments FROM sought)
    ORDER BY length, id
    LIMIT 50
-- } organization
),
counted AS MATERIALIZED (
    SELECT $13::real > 0 AND count(*) < 50 AS are_few, $13::real > 0 AND count(*) < 20 AS are_very_few FROM named
),
canonical_aliased AS (
    SELECT *
    FROM (SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv, names_tsv
          FROM canonical
          WHERE (SELECT are_few FROM counted) AND words_tsv @@ ANY ((SELECT texts FROM wanted)::tsquery[])
-- { several
            AND words_tsv @@ (SELECT other_segments FROM wanted)
-- } several
          OFFSET 0) AS found
    ORDER BY length, id
    LIMIT 60
),
aliased AS MATERIALIZED (
    SELECT * FROM canonical_aliased
-- { organization
    UNION ALL
    SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv, names_tsv
    FROM own
    WHERE id = ANY (ARRAY (SELECT exercise_id FROM candidate WHERE (SELECT are_few FROM counted)))
      AND length <= (SELECT CASE WHEN count(*) = 60 THEN max(length) ELSE 10000 END FROM canonical_aliased)
      AND words_tsv @@ (SELECT segments FROM sought)
    ORDER BY length, id
    LIMIT 60
-- } organization
),
mentioned AS MATERIALIZED (
    SELECT *
    FROM (SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv, names_tsv, search_tsv
          FROM canonical
          WHERE (SELECT are_few FROM counted) AND (SELECT count(*) FROM aliased) < 30
            AND search_tsv @@ ANY ((SELECT texts FROM wanted)::tsquery[])
-- { several
            AND search_tsv @@ (SELECT other_segments FROM wanted)
-- } several
-- { organization
          UNION ALL
          SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv, names_tsv, search_tsv
          FROM own
          WHERE (SELECT are_few FROM counted) AND (SELECT count(*) FROM aliased) < 30
            AND search_tsv @@ (SELECT segments FROM sought)
-- } organization
          OFFSET 0) AS found
    ORDER BY length, id
    LIMIT 60
),
-- { some
choice AS MATERIALIZED (  -- parsed here once: a row that is compared one by one would parse it again
    SELECT CASE WHEN strpos(query, '''') > 0 THEN query::tsquery ELSE to_tsquery('kinegraph', query) END AS segments
    FROM unnest(string_to_array($6, E'\n')) AS query
    WHERE (SELECT are_very_few FROM counted) AND (SELECT count(*) FROM aliased) < 20
      AND (SELECT count(*) FROM mentioned) < 20
),
partial AS MATERIALIZED (
    SELECT found.*
    FROM choice
    CROSS JOIN LATERAL (
        SELECT id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv, names_tsv, search_tsv
        FROM library
        WHERE words_tsv @@ choice.segments
        ORDER BY length, id
        LIMIT 20
    ) AS found
),
-- } some
others AS MATERIALIZED (
    -- Filtered vectors are not compressed: a stored one would be decompressed by each comparison.
    SELECT DISTINCT ON (id) id, slug, name_key, is_own, search_name, length, whole_tsv, name_tsv,
           ts_filter(names_tsv, '{b}') AS aliases_tsv, ts_filter(search_tsv, '{c}') AS elsewhere_tsv
    FROM (SELECT *, NULL::tsvector AS search_tsv FROM aliased
          UNION ALL SELECT * FROM mentioned
-- { some
          UNION ALL SELECT * FROM partial
-- } some
    ) AS candidate
    ORDER BY id, search_tsv IS NULL
),
-- (1) Full text: the sum over slots of the best alternative's weight, and more for whole names; long names come later.
-- Rows with all segments in the name are compared by it alone, as many as these are.
alternative AS MATERIALIZED (
    SELECT slot, weight, query,
           CASE WHEN strpos(query, '''') > 0 THEN query::tsquery ELSE to_tsquery('kinegraph', query) END AS in_name
    FROM unnest($7::integer[], $8::real[], string_to_array($9, E'\n')) AS sent (slot, weight, query)
    ORDER BY slot
),
alternative_phrase AS MATERIALIZED (
    SELECT slot, weight, in_name,
           replace(CASE WHEN strpos(query, '''') > 0 THEN query ELSE in_name::text END, ' & ', ' <-> ')::tsquery AS phrase
    FROM alternative
    ORDER BY slot
),
scored AS (
    SELECT id, slug, name_key, is_own, length, replace(search_name, ' ', '') AS joined, whole_tsv, (
               SELECT sum(best)
               FROM (SELECT max(weight) AS best FROM alternative WHERE name_tsv @@ in_name GROUP BY slot) AS of_slot
           ) AS score
    FROM named
    WHERE id NOT IN (SELECT id FROM others)
    UNION ALL
    SELECT id, slug, name_key, is_own, length, replace(search_name, ' ', '') AS joined, whole_tsv, (
               SELECT sum(best)
               FROM (SELECT max(weight * CASE WHEN name_tsv @@ in_name THEN 1::real
                                              WHEN aliases_tsv @@ phrase THEN 0.9::real
                                              WHEN elsewhere_tsv @@ phrase THEN 0.35::real
                                              ELSE 0 END) AS best
                     FROM alternative_phrase
                     GROUP BY slot) AS of_slot)
    FROM others
),
lexical AS (
    SELECT *, row_number() OVER () AS rank
    FROM (SELECT id, slug, name_key, is_own
          FROM scored
          ORDER BY score - 0.02::real * (1 + length - length(joined))
                       + CASE WHEN whole_tsv @@ (SELECT whole_names FROM wanted) THEN (
                                  SELECT max(CASE WHEN name = joined THEN 0.5::real ELSE 0.45::real END * weight)
                                  FROM unnest(string_to_array($10, E'\n'), $11::real[]) AS sent (name, weight)
                                  WHERE whole_tsv @@ name::tsquery)
                              ELSE 0 END DESC,
                   length, id
          LIMIT 50) AS best
),
-- { misspelled
-- (2) Trigrams of names and aliases, where a word may be misspelled: with other queries they only harm. Compared are
-- only the twenty shortest of the rows that have, for each word of the query that is like any of the vocabulary, one of the
-- five words that are most like it.
like_words AS MATERIALIZED (
    SELECT to_tsquery('kinegraph', string_agg('(' || near.words || ')', ' & ')) AS query
    FROM unnest(string_to_array($12, ' ')) AS sent (word)
    CROSS JOIN LATERAL (
        SELECT string_agg(word, ' | ') AS words
        FROM (SELECT word FROM canonical_words WHERE word % sent.word
              ORDER BY similarity(word, sent.word) DESC, word LIMIT 5) AS nearest
    ) AS near
),
alike AS MATERIALIZED (
    SELECT * FROM library
    WHERE words_tsv @@ (SELECT query FROM like_words)
    ORDER BY length, id
    LIMIT 20
),
likeness AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, length,
           greatest(0.7::real * word_similarity($12, search_name) + 0.3::real * similarity($12, search_name),
                    0.9::real * word_similarity($12, search_aliases)) AS likeness
    FROM alike
),
trigram AS (
    SELECT id, slug, name_key, is_own, row_number() OVER (ORDER BY likeness DESC, length, id) AS rank
    FROM likeness
    WHERE likeness >= 0.4
    ORDER BY rank
    LIMIT 50
),
-- } misspelled
-- { vectors
-- (3) Vectors. Canonical rows by the index (HNSW), which has no others; where a filter leaves so few that the scan ends
-- before there are 50 of them, all that it leaves are compared. The organization's vectors are few, and all compared.
sent AS MATERIALIZED (
    SELECT nullif($16::real[], '{}')::vector AS vector,
           set_config('hnsw.iterative_scan', 'strict_order', true) || set_config('hnsw.ef_search', '100', true)
               || set_config('hnsw.max_scan_tuples', '2000', true) AS settings
    WHERE $16 <> '{}'
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
    WHERE $16 <> '{}' AND (SELECT count(*) FROM nearest) < 50
      AND e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, coalesce(o.name_key, e.name_key), false, o.embedding <=> (SELECT vector FROM sent)
    FROM exercise_org_overrides o
    JOIN exercises e
        ON e.id = o.exercise_id
    WHERE $16 <> '{}' AND (SELECT count(*) FROM nearest) = 50 AND o.organization_id = $1 AND o.embedding IS NOT NULL
      AND e.deleted_at IS NULL AND e.status = ANY ($3)
      AND true /* filter of canonical rows e */
    UNION ALL
    SELECT e.id, e.slug, e.name_key, true, e.embedding <=> (SELECT vector FROM sent)
    FROM exercises e
    WHERE $16 <> '{}' AND e.organization_id = $1 AND e.deleted_at IS NULL
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
positioned AS (
-- { fused
    SELECT id, min(slug) AS slug, bool_or(is_own) AS is_own, sum(score) AS score,
           min(lexical_rank) AS lexical_rank, min(trigram_rank) AS trigram_rank, min(semantic_rank) AS semantic_rank,
           row_number() OVER (ORDER BY sum(score) DESC, min(lexical_rank) NULLS LAST, min(name_key), id) AS position
    FROM (
-- } fused
    SELECT id, slug, name_key, is_own, $13::real / (60 + rank) AS score,
           rank AS lexical_rank, NULL::bigint AS trigram_rank, NULL::bigint AS semantic_rank, rank AS position
    FROM lexical
-- { misspelled
    UNION ALL
    SELECT id, slug, name_key, is_own, $14::real / (60 + rank), NULL, rank, NULL, NULL FROM trigram
-- } misspelled
-- { vectors
    UNION ALL
    SELECT id, slug, name_key, is_own, $17::real / (60 + rank), NULL, NULL, rank, NULL FROM semantic
-- } vectors
-- { fused
    ) AS ranked
    GROUP BY id
-- } fused
),
-- { organization
-- Of rows with one slug, the organization's is shown, with the score and in the position of the best of them.
of_slug AS (
    SELECT DISTINCT ON (slug)
           *, max(score) OVER (PARTITION BY slug) AS best_score, min(position) OVER (PARTITION BY slug) AS best_position
    FROM positioned
    WHERE slug IN (SELECT slug FROM positioned WHERE is_own)
    ORDER BY slug, is_own DESC, position
),
-- } organization
hits AS (
    SELECT id, is_own, score, position, lexical_rank, trigram_rank, semantic_rank
    FROM positioned
-- { organization
    WHERE slug IS NULL OR slug NOT IN (SELECT slug FROM of_slug)
    UNION ALL
    SELECT id, is_own, best_score, best_position, lexical_rank, trigram_rank, semantic_rank
    FROM of_slug
-- } organization
    ORDER BY position
    LIMIT $15
)
SELECT id, $1::uuid AS organization_id, score,
       lexical_rank::integer, trigram_rank::integer, semantic_rank::integer,
       CASE WHEN $1 IS NULL THEN 'CANONICAL'
            WHEN is_own THEN 'ORG'
            WHEN id = ANY (ARRAY (SELECT exercise_id
                                  FROM exercise_org_overrides
                                  WHERE organization_id = $1 AND exercise_id = ANY (ARRAY (SELECT id FROM hits))
                                    AND jsonb_strip_nulls(overrides) ?| '{}' /* keys that an override may have */))
            THEN 'CUSTOMIZED'
            ELSE 'CANONICAL' END AS source
FROM hits
ORDER BY position

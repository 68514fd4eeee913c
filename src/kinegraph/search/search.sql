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
WITH replaced AS MATERIALIZED (
    SELECT exercise_id FROM organization_search WHERE organization_id = $1
),
library AS NOT MATERIALIZED (
    -- Canonical rows whose texts the organization does not override. `canonical_search` has the indexes.
    SELECT s.exercise_id AS id, s.slug, s.name_key, false AS is_own, s.search_name, s.search_aliases, s.whole_tsv,
           s.name_tsv, s.names_tsv, s.search_tsv
    FROM canonical_search s
    WHERE s.status = ANY ($3) AND s.exercise_id NOT IN (SELECT exercise_id FROM replaced)
      AND true /* filter */
    UNION ALL
    -- Canonical rows as the organization overrides them, and its own rows.
    SELECT s.exercise_id, s.slug, s.name_key, s.is_own, s.search_name, s.search_aliases, s.whole_tsv,
           s.name_tsv, s.names_tsv, s.search_tsv
    FROM organization_search s
    WHERE s.organization_id = $1
      AND CASE WHEN s.is_own THEN s.status = ANY ($4) AND (s.status = 'published' OR $2) ELSE s.status = ANY ($3) END
      AND true /* filter */
),
wanted AS MATERIALIZED (
    SELECT to_tsquery('kinegraph', $5) AS segments,
           (SELECT string_agg(name, ' | ') FROM unnest($13::text[]) AS name)::tsquery AS whole_names
),
alternative AS MATERIALIZED (
    SELECT slot, share, weight, to_tsquery('kinegraph', in_name) AS in_name,
           to_tsquery('kinegraph', in_alias) AS in_alias, to_tsquery('kinegraph', elsewhere) AS elsewhere
    FROM unnest($7::integer[], $8::real[], $9::real[], $10::text[], $11::text[], $12::text[])
         AS sent (slot, share, weight, in_name, in_alias, elsewhere)
),
-- Rows with all segments in the name; only where these are few, in an alias too, in muscles and equipment, in any text;
-- only where these are few, rows with some segments. Of each the shortest names: the indexes know no weights, and to
-- unpack a vector takes longer than to find its row.
named AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE name_tsv @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 50
),
aliased AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE (SELECT count(*) FROM named) < 50 AND names_tsv @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 60
),
tagged AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE (SELECT count(*) FROM named) < 50 AND (SELECT count(*) FROM aliased) < 30
      AND ts_filter(search_tsv, '{a,b,c}') @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 60
),
mentioned AS MATERIALIZED (
    SELECT *
    FROM library
    WHERE (SELECT count(*) FROM named) < 50 AND (SELECT count(*) FROM aliased) < 30
      AND (SELECT count(*) FROM tagged) < 20 AND search_tsv @@ (SELECT segments FROM wanted)
    ORDER BY length(search_name), id
    LIMIT 40
),
partial AS MATERIALIZED (
    SELECT choice.*
    FROM unnest($6::text[]) AS sent (segments)
    CROSS JOIN LATERAL (
        SELECT *
        FROM library
        WHERE (SELECT count(*) FROM named) < 20 AND (SELECT count(*) FROM aliased) < 20
          AND (SELECT count(*) FROM tagged) < 20 AND (SELECT count(*) FROM mentioned) < 20
          AND names_tsv @@ to_tsquery('kinegraph', sent.segments)
        ORDER BY name_tsv @@ to_tsquery('kinegraph', sent.segments) DESC, length(search_name), id
        LIMIT 20
    ) AS choice
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
           CASE WHEN is_elsewhere THEN ts_filter(search_tsv, '{c}') END AS elsewhere_tsv, is_alike
    FROM (SELECT *, false AS is_elsewhere, false AS is_alike FROM named
          UNION ALL SELECT *, true, false FROM aliased
          UNION ALL SELECT *, true, false FROM tagged
          UNION ALL SELECT *, true, false FROM mentioned
          UNION ALL SELECT *, true, false FROM partial
          UNION ALL SELECT *, true, true FROM alike) AS candidate
    ORDER BY id, is_alike, is_elsewhere DESC
),
-- (1) Full text: the sum over slots of the best alternative's weight, and more for whole names; long names come later.
-- A row that has all segments in its name has them so best.
slot_score AS (
    SELECT id, max(share * weight * CASE WHEN name_tsv @@ in_name THEN 1.0
                                         WHEN elsewhere_tsv IS NULL AND share = 1 THEN 0
                                         WHEN names_tsv @@ in_alias THEN 0.9
                                         WHEN elsewhere_tsv @@ elsewhere THEN 0.35
                                         ELSE 0 END) AS best
    FROM found
    CROSS JOIN alternative
    WHERE NOT is_alike
    GROUP BY id, slot
),
scored AS (
    SELECT id, sum(best) AS score
    FROM slot_score
    GROUP BY id
),
lexical AS (
    SELECT id, slug, name_key, is_own,
           row_number() OVER (ORDER BY scored.score + whole_name - 0.02 * words DESC, length(search_name), id) AS rank
    FROM scored
    JOIN found USING (id)
    CROSS JOIN LATERAL (
        SELECT array_length(string_to_array(search_name, ' '), 1) AS words,
               CASE WHEN whole_tsv @@ (SELECT whole_names FROM wanted) THEN (
                        SELECT max(CASE WHEN name = replace(search_name, ' ', '') THEN 0.5 ELSE 0.45 END * weight)
                        FROM unnest($13::text[], $14::real[]) AS whole (name, weight)
                        WHERE name = ANY (tsvector_to_array(whole_tsv)))
                    ELSE 0 END AS whole_name
    ) AS measured
    ORDER BY rank
    LIMIT 50
),
-- (2) Trigrams of names and aliases; of names alone where no word is misspelled, as full text has found the others.
likeness AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, length(search_name) AS length,
           CASE WHEN $20
                THEN greatest(0.7 * word_similarity($15, search_name) + 0.3 * similarity($15, search_name),
                              0.9 * word_similarity($15, search_aliases))
                ELSE similarity($15, search_name) END AS likeness
    FROM found
),
trigram AS (
    SELECT id, slug, name_key, is_own, row_number() OVER (ORDER BY likeness DESC, length, id) AS rank
    FROM likeness
    WHERE likeness >= 0.4
    ORDER BY rank
    LIMIT 50
),
-- (3) Vectors: a third list of the same form, when exercises have embeddings.
fused AS (
    SELECT id, coalesce(lexical.slug, trigram.slug) AS slug, coalesce(lexical.name_key, trigram.name_key) AS name_key,
           coalesce(lexical.is_own, trigram.is_own) AS is_own,
           lexical.rank AS lexical_rank, trigram.rank AS trigram_rank,
           coalesce($16::real / (60 + lexical.rank), 0) + coalesce($17::real / (60 + trigram.rank), 0) AS score
    FROM lexical
    FULL JOIN trigram USING (id)
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
    LIMIT $18
)
SELECT id, $1::uuid AS organization_id, score::double precision AS score,
       lexical_rank::integer, trigram_rank::integer, NULL::integer AS semantic_rank,
       CASE WHEN $1 IS NULL THEN 'CANONICAL'
            WHEN is_own THEN 'ORG'
            WHEN (SELECT jsonb_strip_nulls(o.overrides) ?| $19::text[]
                  FROM exercise_org_overrides o
                  WHERE o.exercise_id = hits.id AND o.organization_id = $1) THEN 'CUSTOMIZED'
            ELSE 'CANONICAL' END AS source
FROM hits
ORDER BY score DESC, lexical_rank NULLS LAST, name_key, id

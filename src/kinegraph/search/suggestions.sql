-- The end of the statement of suggestions, which begins with the rows of search.sql ($1 to $4).
--  $5 what the words of its name, or of one alias, begin with   $6 the longest of these, $7 the last text that begins so
--  $8 maximum number of suggestions
--
-- Names that begin so come first, then those with a word that does, then aliases; each level is read only where those
-- before are too few, and along the order of its rows where many have the letters.
begun AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, search_name, 2 AS nearness
    FROM library
    WHERE search_name COLLATE "C" >= $6 AND search_name COLLATE "C" < $7
      AND (cardinality($5::text[]) = 1 OR EXISTS (
          SELECT FROM unnest(string_to_array(search_name || '|' || search_aliases, '|')) AS one
          WHERE (SELECT bool_and(strpos(' ' || one, ' ' || start) > 0) FROM unnest($5::text[]) AS start)))
    ORDER BY length(search_name), name_key, id
    LIMIT 2 * $8::integer
),
worded AS MATERIALIZED (
    SELECT id, slug, name_key, is_own, search_name, 1 AS nearness
    FROM library
    WHERE (SELECT count(*) FROM begun) < 2 * $8::integer
      AND search_name LIKE '% ' || $6 || '%' AND NOT starts_with(search_name, $6)
      AND (cardinality($5::text[]) = 1 OR EXISTS (
          SELECT FROM unnest(string_to_array(search_name || '|' || search_aliases, '|')) AS one
          WHERE (SELECT bool_and(strpos(' ' || one, ' ' || start) > 0) FROM unnest($5::text[]) AS start)))
    ORDER BY length(search_name), name_key, id
    LIMIT 2 * $8::integer
),
-- Canonical rows by their aliases: where these are few, they are sorted; where they are many, the index of the order leads
-- to the first ones soon. The CASE is there since the plan, which is made for all texts, would not follow it.
few AS MATERIALIZED (
    SELECT s.exercise_id
    FROM canonical_search s
    WHERE (SELECT count(*) FROM begun) + (SELECT count(*) FROM worded) < 2 * $8::integer
      AND (s.search_aliases LIKE $6 || '%' OR s.search_aliases LIKE '% ' || $6 || '%'
            OR s.search_aliases LIKE '%|' || $6 || '%')
    LIMIT 501
),
aliased AS MATERIALIZED (
    (SELECT s.exercise_id AS id, s.slug, s.name_key, false AS is_own, s.search_name, 0 AS nearness
     FROM canonical_search s
     WHERE (SELECT count(*) FROM few) <= 500 AND s.exercise_id = ANY (ARRAY (SELECT exercise_id FROM few))
       AND s.status = ANY ($3) AND s.exercise_id NOT IN (SELECT id FROM overridden)
       AND NOT starts_with(s.search_name, $6) AND NOT s.search_name LIKE '% ' || $6 || '%'
       AND (cardinality($5::text[]) = 1 OR EXISTS (
          SELECT FROM unnest(string_to_array(s.search_name || '|' || s.search_aliases, '|')) AS one
          WHERE (SELECT bool_and(strpos(' ' || one, ' ' || start) > 0) FROM unnest($5::text[]) AS start)))
     ORDER BY length(s.search_name), s.name_key, s.exercise_id
     LIMIT 2 * $8::integer)
    UNION ALL
    (SELECT s.exercise_id, s.slug, s.name_key, false, s.search_name, 0
     FROM canonical_search s
     WHERE (SELECT count(*) FROM few) > 500
       AND CASE WHEN (s.search_aliases LIKE $6 || '%' OR s.search_aliases LIKE '% ' || $6 || '%'
            OR s.search_aliases LIKE '%|' || $6 || '%')
           THEN true ELSE false END
       AND s.status = ANY ($3) AND s.exercise_id NOT IN (SELECT id FROM overridden)
       AND NOT starts_with(s.search_name, $6) AND NOT s.search_name LIKE '% ' || $6 || '%'
       AND (cardinality($5::text[]) = 1 OR EXISTS (
          SELECT FROM unnest(string_to_array(s.search_name || '|' || s.search_aliases, '|')) AS one
          WHERE (SELECT bool_and(strpos(' ' || one, ' ' || start) > 0) FROM unnest($5::text[]) AS start)))
     ORDER BY length(s.search_name), s.name_key, s.exercise_id
     LIMIT 2 * $8::integer)
    UNION ALL
    (SELECT s.exercise_id, s.slug, s.name_key, s.is_own, s.search_name, 0
     FROM organization_search s
     WHERE (SELECT count(*) FROM begun) + (SELECT count(*) FROM worded) < 2 * $8::integer
       AND s.organization_id = $1
       AND CASE WHEN s.is_own THEN s.status = ANY ($4) AND (s.status = 'published' OR $2) ELSE s.status = ANY ($3) END
       AND (s.search_aliases LIKE $6 || '%' OR s.search_aliases LIKE '% ' || $6 || '%'
            OR s.search_aliases LIKE '%|' || $6 || '%')
       AND NOT starts_with(s.search_name, $6) AND NOT s.search_name LIKE '% ' || $6 || '%'
       AND (cardinality($5::text[]) = 1 OR EXISTS (
          SELECT FROM unnest(string_to_array(s.search_name || '|' || s.search_aliases, '|')) AS one
          WHERE (SELECT bool_and(strpos(' ' || one, ' ' || start) > 0) FROM unnest($5::text[]) AS start)))
     ORDER BY length(s.search_name), s.name_key, s.exercise_id
     LIMIT 2 * $8::integer)
),
-- Of rows with one slug, the organization's is shown, in the position of the best of them.
positioned AS (
    SELECT *, row_number() OVER (ORDER BY nearness DESC, length(search_name), name_key, id) AS own_position
    FROM (SELECT * FROM begun UNION ALL SELECT * FROM worded UNION ALL SELECT * FROM aliased) AS found
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(slug, id::text) ORDER BY is_own DESC, own_position) AS place,
           min(own_position) OVER (PARTITION BY coalesce(slug, id::text)) AS position
    FROM positioned
),
suggested AS (
    SELECT *
    FROM numbered
    WHERE place = 1
    ORDER BY position
    LIMIT $8::integer
)
SELECT suggested.id, $1::uuid AS organization_id,
       coalesce(o.overrides ->> 'name', e.name) AS name,
       coalesce(kinegraph_texts(o.overrides -> 'aliases'), e.aliases) AS aliases
FROM suggested
JOIN exercises e
    ON e.id = suggested.id
LEFT JOIN exercise_org_overrides o
    ON o.exercise_id = e.id AND o.organization_id = $1
ORDER BY position

-- The end of the statement of suggestions, which begins with the rows of search.sql ($1 to $4).
--  $5 what the words of an exercise begin with   $6 the longest of these   $7 maximum number of suggestions
found AS (
    SELECT id, slug, name_key, is_own, search_name,
           starts_with(search_name, $6)::integer + (strpos(' ' || search_name, ' ' || $6) > 0)::integer AS nearness
    FROM library
    WHERE (search_name LIKE $6 || '%' OR search_name LIKE '% ' || $6 || '%'
           OR search_aliases LIKE $6 || '%' OR search_aliases LIKE '% ' || $6 || '%'
           OR search_aliases LIKE '%|' || $6 || '%')
      AND NOT EXISTS (SELECT FROM unnest($5::text[]) AS start
                      WHERE strpos(replace(' ' || search_name || '|' || search_aliases, '|', ' '), ' ' || start) = 0)
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(slug, id::text) ORDER BY is_own DESC) AS place
    FROM found
),
suggested AS (
    SELECT *
    FROM numbered
    WHERE place = 1
    ORDER BY nearness DESC, length(search_name), name_key, id
    LIMIT $7
)
SELECT suggested.id, $1::uuid AS organization_id,
       coalesce(o.overrides ->> 'name', e.name) AS name,
       coalesce(kinegraph_texts(o.overrides -> 'aliases'), e.aliases) AS aliases
FROM suggested
JOIN exercises e
    ON e.id = suggested.id
LEFT JOIN exercise_org_overrides o
    ON o.exercise_id = e.id AND o.organization_id = $1
ORDER BY nearness DESC, length(suggested.search_name), suggested.name_key, suggested.id

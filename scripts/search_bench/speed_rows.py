"""The rows of the measure of speed: 20,000 canonical exercises, and 50 organizations with overrides and own rows."""

import asyncpg

ROWS = 20_000
ORGANIZATIONS = 50
OVERRIDES = 320
OWN_ROWS = 200
"""Overrides and own rows of each organization."""

WORDS = {
    "en": "paused tempo banded weighted assisted incline decline seated standing kneeling isometric eccentric "
    "explosive slow heavy light cable dumbbell kettlebell barbell sandbag plate landmine suspended ring towel wall "
    "box bench floor hanging prone supine overhead suitcase offset staggered sumo goblet zercher deficit alternating "
    "wide narrow reverse loaded bodyweight partial strict slider tall split rotating crossed elevated smith hex",
    "he": "איטי כבד קל בישיבה בעמידה בשכיבה מתפרץ איזומטרי אקסצנטרי משופע הפוך רחב צר צמוד חלקי קפדני מוגבה לסירוגין "
    "תלוי בכבל במכונה במוט בקטלבל במשקולת בגומייה בטבעות בספסל בקיר ברצפה מעל",
    "ru": "медленный тяжелый легкий сидя стоя лежа взрывной изометрический эксцентрический наклонный обратный широкий "
    "узкий частичный строгий поочередный подвесной тросовый резиновый гантельный штанговый кольцевой настенный "
    "напольный коленный верхний нижний боковой передний задний",
}
"""Words that make variants of a name and of its aliases, by language."""

VARIANTS = """
INSERT INTO exercises (slug, name, aliases, status, category, kind, movement_pattern, mechanics, is_unilateral,
                       primary_muscles, secondary_muscles, equipment, discipline, difficulty, cues, common_faults,
                       scaling_options)
SELECT e.slug || '-' || n, initcap(($1::text[])[n]) || ' ' || e.name,
       ARRAY(SELECT CASE WHEN alias ~ '[א-ת]' THEN alias || ' ' || ($2::text[])[1 + n % cardinality($2::text[])]
                         WHEN alias ~ '[а-я]' THEN ($3::text[])[1 + n % cardinality($3::text[])] || ' ' || alias
                         ELSE ($1::text[])[n] || ' ' || alias END
             FROM unnest(e.aliases) AS alias),
       'published', category, kind, movement_pattern, mechanics, is_unilateral, primary_muscles, secondary_muscles,
       equipment, discipline, difficulty, cues, common_faults, scaling_options
FROM exercises e
CROSS JOIN generate_series(1, cardinality($1::text[])) AS n
WHERE e.organization_id IS NULL
ORDER BY n, e.slug
LIMIT $4 - (SELECT count(*) FROM exercises)
"""
OVERRIDDEN = """
INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
SELECT $1::uuid, id, CASE hashtext(id::text) % 4
                   WHEN 0 THEN jsonb_build_object('name', 'Our ' || name)
                   WHEN 1 THEN jsonb_build_object('aliases', aliases || 'house move'::text)
                   WHEN 2 THEN jsonb_build_object('equipment', ARRAY['sled'], 'cues', cues)
                   ELSE jsonb_build_object('difficulty', 5) END
FROM exercises
WHERE organization_id IS NULL
ORDER BY md5(id::text || ($1::uuid)::text)
LIMIT $2
"""
OWNED = """
INSERT INTO exercises (organization_id, name, aliases, status, category, kind, primary_muscles, secondary_muscles,
                       equipment, discipline, cues)
SELECT $1::uuid, 'House ' || name, aliases, 'published', category, kind, primary_muscles, secondary_muscles, equipment,
       discipline, cues
FROM exercises
WHERE organization_id IS NULL
ORDER BY md5(($1::uuid)::text || id::text)
LIMIT $2
"""
REPEATED = (
    """
    INSERT INTO canonical_search (exercise_id, slug, name_key, status, search_name, search_aliases, search_tsv)
    SELECT id, slug, name_key, status, search_name, search_aliases, search_tsv
    FROM exercises
    WHERE organization_id IS NULL
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO canonical_words
    SELECT DISTINCT kinegraph_words(search_name, search_aliases) FROM canonical_search
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO organization_search
        (organization_id, exercise_id, is_own, slug, name_key, status, search_name, search_aliases, search_tsv)
    SELECT organization_id, id, true, slug, name_key, status, search_name, search_aliases, search_tsv
    FROM exercises
    WHERE organization_id IS NOT NULL
    """,
    """
    SELECT kinegraph_repeat_overridden(exercise_id, array_agg(organization_id))
    FROM exercise_org_overrides
    WHERE NOT overrides ? 'difficulty'
    GROUP BY exercise_id
    """,
    """
    INSERT INTO organization_words
    SELECT organization_id, word, exercise_id, CASE WHEN word = ANY (tsvector_to_array(name_tsv)) THEN name_length END
    FROM organization_search, unnest(tsvector_to_array(words_tsv)) AS word
    """,
)
"""Statements that fill the tables of searched texts as the triggers do, which are off: they would also check each
reference, and record each row."""


async def fill(url: str) -> list[str]:
    """Add the rows to a seeded library. Returns the ids of the organizations."""
    owner = await asyncpg.connect(url)
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute(VARIANTS, *(WORDS[language].split() for language in WORDS), ROWS)
        ids = []
        for number in range(ORGANIZATIONS):
            id = await owner.fetchval(
                "INSERT INTO organizations (name, slug) VALUES ('Gym', $1) RETURNING id", f"gym-{number}"
            )
            await owner.execute(OVERRIDDEN, id, OVERRIDES)
            await owner.execute(OWNED, id, OWN_ROWS)
            ids.append(str(id))
        for statement in REPEATED:
            await owner.execute(statement)
    await owner.execute("VACUUM (ANALYZE)")
    await owner.close()
    return ids

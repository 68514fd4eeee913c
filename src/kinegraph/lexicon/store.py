"""SQL of what a text finds in the effective names and aliases of exercises, and of the order by relevance.

The texts are in the form of search (migrations 0027, 0032): those of an organization's own exercises, and of canonical
ones whose texts it overrides, in `organization_search`, other canonical ones in `canonical_search`. `columns` are SQL
expressions of an exercise e: `viewed_by` of the organization whose texts they are.
"""

from collections.abc import Mapping
from operator import attrgetter

from kinegraph.kit.sessions import Arguments
from kinegraph.lexicon.rules_filter import MAX_PATTERNS, MIN_PREFIX, SoughtNames

Columns = Mapping[str, str]

ATTRIBUTES = attrgetter("slot", "share", "weight", "in_name", "in_alias")

TEXTS = "name_key, search_name, search_aliases, name_tsv, names_tsv"
OF_ROW = f"""(SELECT * FROM (
                 SELECT 1 AS place, {TEXTS} FROM organization_search
                 WHERE exercise_id = e.id AND organization_id = {{viewed_by}}
                 UNION ALL
                 SELECT 2, {TEXTS} FROM canonical_search WHERE exercise_id = e.id) AS either
             ORDER BY place LIMIT 1) AS text"""
"""The texts of a row, as a relation of one row."""


def finds(sought: SoughtNames, columns: Columns, arguments: Arguments) -> str:
    """The condition that a text finds an exercise e."""
    if not sought.words:
        return "false"
    return f"(SELECT {' OR '.join(_conditions(sought, arguments))} FROM {OF_ROW.format_map(columns)})"


def found_ids(sought: SoughtNames, arguments: Arguments, of_organization: str | None = None) -> str | None:
    """A query of the ids of exercises that a text may find, by indexes; None where these have no word of it.

    They are canonical ones, or those in whose place an organization has texts of its own: `of_organization` is the SQL
    expression of its id. Each condition on canonical ones has a query and an index of its own.
    """
    conditions = _conditions(sought, arguments) if sought.words else []
    if of_organization is None:
        found = [f"SELECT text.exercise_id FROM canonical_search text WHERE {condition}" for condition in conditions]
        return " UNION ALL ".join(found) or None
    if not conditions:
        return None
    return f"""SELECT text.exercise_id FROM organization_search text
               WHERE text.organization_id = {of_organization} AND ({" OR ".join(conditions)})"""


def shortest_ids(sought: SoughtNames, arguments: Arguments, count: int, of_organization: str | None = None) -> str:
    """A query of the ids of the exercises with the shortest names that a text finds, at most `count`.

    They are canonical ones, by an index for each condition, or of those that an organization has texts of its own of.
    """
    conditions = _conditions(sought, arguments)
    shortest = f"ORDER BY {{0}}, name_key, exercise_id LIMIT {count}"
    if of_organization is not None:
        return f"""SELECT exercise_id FROM organization_search text
                   WHERE organization_id = {of_organization} AND ({" OR ".join(conditions)})
                   {shortest.format("length(search_name)")}"""
    found = [
        f"""(SELECT exercise_id, length(search_name) AS length, name_key FROM canonical_search text
             WHERE {condition} {shortest.format("length(search_name)")})"""
        for condition in conditions
    ]
    return f"SELECT exercise_id FROM ({' UNION '.join(found)}) AS found {shortest.format('length')}"


def _conditions(sought: SoughtNames, arguments: Arguments) -> list[str]:
    """The conditions on a relation `text`, one of which holds where a text finds it."""
    query = arguments.bind(sought.query, "text")
    return [f"text.names_tsv @@ (SELECT to_tsquery('kinegraph', {query}))", *_has_parts(sought, arguments)]


def _has_parts(sought: SoughtNames, arguments: Arguments) -> list[str]:
    """The conditions, one of which holds where the name, or one alias, has each word as a part of a word.

    A single word that is too short for trigrams is sought in the name, and where words of aliases begin.
    """
    name, aliases = "text.search_name", "text.search_aliases"
    if len(sought.words) == 1 and len(sought.words[0]) < MIN_PREFIX:
        (word,) = sought.words
        inside, *begun = (arguments.bind(f"{before}{word}%", "text") for before in ("%", "", "% ", "%|"))
        return [f"{name} LIKE {inside}", f"({' OR '.join(f'{aliases} LIKE {each}' for each in begun)})"]
    # The index would be read from end to end for words without a trigram.
    indexed = [word for word in sought.longest if len(word) >= MIN_PREFIX][:MAX_PATTERNS]
    patterns = [arguments.bind(f"%{word}%", "text") for word in indexed]
    if len(sought.words) == 1:
        return [f"({name} LIKE {patterns[0]} OR {aliases} LIKE {patterns[0]})"]
    every = f"LIKE ALL ({arguments.bind([f'%{word}%' for word in sought.longest], 'text[]')})"
    in_name = [*(f"{name} LIKE {pattern}" for pattern in patterns), f"{name} {every}"]
    in_alias = [*(f"{aliases} LIKE {pattern}" for pattern in patterns), f"{aliases} {every}"]
    in_alias.append(f"EXISTS (SELECT FROM unnest(string_to_array({aliases}, '|')) AS alias WHERE alias {every})")
    return [f"({' AND '.join(in_name)} OR {' AND '.join(in_alias)})"]


def relevance(sought: SoughtNames, columns: Columns, arguments: Arguments) -> str:
    """A relation of one row, to join LATERAL: `key`, by which exercises e that a text finds are sorted, best first.

    The key has the score of `search.sql` by names and aliases in ten thousandths, subtracted from 100, and then the key
    of the name.
    """
    analysis = sought.analysis
    kinds = ("integer[]", "real[]", "real[]", "text[]", "text[]")
    alternatives = zip(*map(ATTRIBUTES, analysis.alternatives), strict=True)
    slots, shares, weights, *queries = (
        arguments.bind([*values], kind) for values, kind in zip(alternatives, kinds, strict=True)
    )
    in_name, in_alias = (
        "(SELECT array_agg(to_tsquery('kinegraph', query) ORDER BY position) "
        f"FROM unnest({parameter}) WITH ORDINALITY AS sent (query, position))"
        for parameter in queries
    )
    wholes = arguments.bind([name for name, _ in analysis.exact], "text[]")
    whole_weights = arguments.bind([weight for _, weight in analysis.exact], "real[]")
    start = arguments.bind(analysis.text, "text")
    return f"""(
        SELECT to_char(round((100 - (
                   coalesce((
                       SELECT sum(slot.best)
                       FROM (SELECT max(share * weight * CASE WHEN text.name_tsv @@ in_name THEN 1.0
                                                              WHEN text.names_tsv @@ in_alias THEN 0.9
                                                              ELSE 0 END) AS best
                             FROM unnest({slots}, {shares}, {weights}, {in_name}, {in_alias})
                                 AS alternative (slot, share, weight, in_name, in_alias)
                             GROUP BY slot) AS slot), 0)
                   + coalesce((
                       SELECT max(CASE WHEN text.whole = whole.name THEN 0.5 * whole.weight
                                       WHEN strpos(text.wholes, '|' || whole.name || '|') > 0 THEN 0.45 * whole.weight
                                       ELSE 0 END)
                       FROM unnest({wholes}, {whole_weights}) AS whole (name, weight)), 0)
                   + CASE WHEN starts_with(text.search_name, {start}) THEN 0.2
                          WHEN strpos(' ' || text.search_name, ' ' || {start}) > 0 THEN 0.1 ELSE 0 END
                   - 0.02 * array_length(string_to_array(text.search_name, ' '), 1)))::numeric * 10000), 'FM0000000')
               || text.name_key COLLATE "C" AS key
        FROM (SELECT text.*, replace(text.search_name, ' ', '') AS whole,
                     '|' || replace(text.search_aliases, ' ', '') || '|' AS wholes
              FROM {OF_ROW.format_map(columns)}
              OFFSET 0) AS text) AS relevance"""

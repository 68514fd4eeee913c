"""SQL of what a text finds in the names and aliases of exercises, and of the order by relevance.

`texts` are the SQL expressions of a row's texts: `search_name`, `search_aliases` and `search_tsv` in the form of search
(migration 0027), `name` and `aliases_keys` as names sort, and `name_key`.
"""

from collections.abc import Mapping
from operator import attrgetter

from kinegraph.kit.sessions import Arguments, contains_words
from kinegraph.lexicon.rules_filter import SoughtNames

Texts = Mapping[str, str]

INDEXED: Texts = {name: f"text.{name}" for name in ("search_name", "search_aliases", "search_tsv")}
"""The texts of a row of `canonical_search`."""

ATTRIBUTES = attrgetter("slot", "share", "weight", "in_name", "in_alias")


def finds(sought: SoughtNames, texts: Texts, arguments: Arguments) -> str:
    """The condition that a text finds a row."""
    parts = [
        *([_has_parts(sought, texts, arguments)] if sought.words else []),
        *([_has_literally(sought, texts, arguments)] if sought.literal else []),
    ]
    found = [*([_means(sought, texts, arguments)] if sought.query else []), *([" AND ".join(parts)] if parts else [])]
    return f"({' OR '.join(found)})" if found else "false"


def found_ids(sought: SoughtNames, arguments: Arguments) -> str | None:
    """A query of the ids of canonical rows that a text may find, by indexes; None where these have no word of it.

    These are two queries, since one of parts of words that are too short for the index reads the whole table, and
    should read only the short texts in it.
    """
    conditions = [
        *([_means(sought, INDEXED, arguments)] if sought.query else []),
        *([_has_parts(sought, INDEXED, arguments)] if sought.words else []),
    ]
    found = [f"SELECT text.exercise_id FROM canonical_search text WHERE {condition}" for condition in conditions]
    return " UNION ALL ".join(found) or None


def _means(sought: SoughtNames, texts: Texts, arguments: Arguments) -> str:
    query = arguments.bind(sought.query, "text")
    return f"{texts['search_tsv']} @@ (SELECT to_tsquery('kinegraph', {query}))"


def _has_parts(sought: SoughtNames, texts: Texts, arguments: Arguments) -> str:
    """The condition that the name, or one alias, has each word as a part of a word."""
    name, aliases = texts["search_name"], texts["search_aliases"]
    patterns = [arguments.bind(pattern, "text") for pattern in sought.patterns]
    if len(sought.words) == 1:
        return f"({name} LIKE {patterns[0]} OR {aliases} LIKE {patterns[0]})"
    words = arguments.bind(list(sought.words), "text[]")
    everywhere = f"(SELECT bool_and(strpos({{}}, word) > 0) FROM unnest({words}) AS word)"
    in_name = [f"{name} LIKE {pattern}" for pattern in patterns]
    in_alias = [f"{aliases} LIKE {pattern}" for pattern in patterns]
    if len(sought.words) > len(patterns):
        in_name.append(everywhere.format(name))
    each = f"unnest(string_to_array({aliases}, '|')) AS alias"
    in_alias.append(f"EXISTS (SELECT FROM {each} WHERE {everywhere.format('alias')})")
    return f"({' AND '.join(in_name)} OR {' AND '.join(in_alias)})"


def _has_literally(sought: SoughtNames, texts: Texts, arguments: Arguments) -> str:
    """The condition that the name, or one alias, has each word with its signs, as names sort.

    Few texts have the signs at all: only these are folded, which takes longer.
    """
    text, signs = arguments.bind(sought.literal, "text"), arguments.bind(list(sought.signs), "text[]")
    has_signs = f"(SELECT bool_and(strpos(normalize({{}}, NFKD), sign) > 0) FROM unnest({signs}) AS sign)"
    aliases, name = texts["aliases_keys"], f"{texts['name']}::text"
    joined = f"array_to_string({aliases}, ' ')"
    in_alias = f"EXISTS (SELECT FROM unnest({aliases}) AS alias WHERE {contains_words('alias', text)})"
    return (
        f"CASE WHEN {has_signs.format(name)} AND {contains_words(name, text)} THEN true "
        f"WHEN {has_signs.format(joined)} THEN {in_alias} ELSE false END"
    )


def relevance(sought: SoughtNames, texts: Texts, arguments: Arguments) -> str:
    """A relation of one row, to join LATERAL: `key`, by which rows that a text finds are sorted, best first.

    The key has the score of `search.sql` in ten thousandths, subtracted from 100, and then the key of the name.
    """
    analysis = sought.analysis
    slots, shares, weights, in_name, in_alias = (
        arguments.bind([*values], kind)
        for values, kind in zip(
            zip(*map(ATTRIBUTES, analysis.alternatives), strict=True),
            ("integer[]", "real[]", "real[]", "text[]", "text[]"),
            strict=True,
        )
    )
    queries = (
        "(SELECT array_agg(to_tsquery('kinegraph', query) ORDER BY position) "
        "FROM unnest({}) WITH ORDINALITY AS each (query, position))"
    )
    wholes = arguments.bind([name for name, _ in analysis.exact], "text[]")
    whole_weights = arguments.bind([weight for _, weight in analysis.exact], "real[]")
    start = arguments.bind(analysis.text, "text")
    return f"""(
        SELECT to_char(round((100 - (
                   coalesce((
                       SELECT sum(slot.best)
                       FROM (SELECT max(share * weight * CASE WHEN text.vector @@ in_name THEN 1.0
                                                              WHEN text.vector @@ in_alias THEN 0.9
                                                              ELSE 0 END) AS best
                             FROM unnest({slots}, {shares}, {weights}, {queries.format(in_name)},
                                         {queries.format(in_alias)})
                                 AS alternative (slot, share, weight, in_name, in_alias)
                             GROUP BY slot) AS slot), 0)
                   + coalesce((
                       SELECT max(CASE WHEN text.whole = whole.name THEN 0.5 * whole.weight
                                       WHEN strpos(text.wholes, '|' || whole.name || '|') > 0 THEN 0.45 * whole.weight
                                       ELSE 0 END)
                       FROM unnest({wholes}, {whole_weights}) AS whole (name, weight)), 0)
                   + CASE WHEN starts_with(text.name, {start}) THEN 0.2
                          WHEN strpos(' ' || text.name, ' ' || {start}) > 0 THEN 0.1 ELSE 0 END
                   - 0.02 * array_length(string_to_array(text.name, ' '), 1)))::numeric * 10000), 'FM0000000')
               || text.name_key COLLATE "C" AS key
        FROM (SELECT {texts["search_name"]} AS name, replace({texts["search_name"]}, ' ', '') AS whole,
                     '|' || replace({texts["search_aliases"]}, ' ', '') || '|' AS wholes,
                     ts_filter({texts["search_tsv"]}, '{{a,b}}') AS vector, {texts["name_key"]} AS name_key
              OFFSET 0) AS text) AS relevance"""

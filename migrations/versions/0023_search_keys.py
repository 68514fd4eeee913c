"""Texts are sought in the form in which names sort: `kinegraph_search_key`, which `kinegraph_sort_key` is made of.

The sort key writes numbers by value, so that a part of a name is no part of its sort key. The search key is the form
before that step. Sort keys stay as they are.
"""

from alembic import op

revision = "0023"
down_revision = "0022"

SORT_KEY = "CREATE FUNCTION public.kinegraph_sort_key"


def upgrade() -> None:
    folded, rest = _parts()
    # Most names are ASCII, where nothing but case and white space is folded: the whole takes ten times as long.
    op.execute(f"""
        CREATE FUNCTION public.kinegraph_search_key(name text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
        RETURN CASE WHEN octet_length(name) = length(name) AND name !~ '[[:cntrl:]]|  '
                    THEN btrim(lower(name COLLATE "pg_unicode_fast"))
                    ELSE {folded} END
    """)
    op.execute(rest.format("public.kinegraph_search_key(name)"))


def downgrade() -> None:
    folded, rest = _parts()
    op.execute(rest.format(folded))
    op.execute("DROP FUNCTION kinegraph_search_key(text)")


def _parts() -> tuple[str, str]:
    """The folded form in the sort key of 0015, and the function with {} in its place."""
    script = op.get_context().script
    assert script is not None
    whole = script.get_revision("0015").module.FUNCTIONS.partition(SORT_KEY)[2]
    before, _, after = whole.partition("regexp_matches(\n")
    folded, _, after = after.partition(",\n             '([0-9]+)")
    before, after = (part.replace("{", "{{").replace("}", "}}") for part in (before, after))
    start = f"CREATE OR REPLACE FUNCTION{SORT_KEY.removeprefix('CREATE FUNCTION')}{before}"
    return folded, f"{start}regexp_matches(\n             {{}},\n             '([0-9]+){after}"

"""Documents that go from the viewer through fields which contain each other, for tests that count statements."""

PAGE = "totalCount pageInfo { hasNextPage endCursor }"


def nest(*fields: str) -> str:
    """A selection in which each field contains the next."""
    return " { ".join(fields) + " }" * (len(fields) - 1)


def ours(*fields: str) -> str:
    """A document that goes these fields from each of the viewer's organizations."""
    return nest("", "viewer", "memberships", "organization", *fields)

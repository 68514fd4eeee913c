"""Fixtures of the tests of GraphiQL in a browser, which are skipped where there is no browser, or no page for it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.graphiql.browser import FETCHED, NOT_FETCHED, Visit, launched, visiting


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """The browser of a module."""
    if not FETCHED:
        pytest.skip(NOT_FETCHED)
    async with launched() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """A visit with an empty profile."""
    async with visiting(browser) as visit:
        yield visit

"""A browser shows the page: in its direction, within its width, with pictures and codes, and requests nothing."""

import pytest

from kinegraph.handout import rules_page
from kinegraph.patient.rules import Language
from tests.graphiql.browser import browsing
from tests.handout.samples import sample

PLACES = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect()
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    codeBeforeText: box('.code').left < box('.card h3').left,
    numberBeforeName: box('.plan td').left < box('.plan td:nth-child(2)').left,
    codes: [...document.querySelectorAll('.code svg')].map((each) => Math.round(each.getBoundingClientRect().width)),
    pictures: [...document.images].map((each) => each.naturalWidth),
    steps: [...document.querySelectorAll('li')].map((each) => getComputedStyle(each).textAlign),
    alerts: document.scripts.length,
  }
}"""


@pytest.mark.parametrize("width", [1000, 360])
async def test_the_page_is_shown_in_its_direction_at_the_width_of_a_desk_and_of_a_phone(width: int) -> None:
    async with browsing() as visit:
        for language in Language:
            handout = sample(language, patient="Dana")
            page = rules_page.html(handout, rules_page.figures_of(handout))
            await visit.page.set_viewport_size({"width": width, "height": 1200})
            await visit.page.set_content(page)
            found = await visit.page.evaluate(PLACES)
            is_hebrew = language is Language.HE
            assert (found["overflow"], found["alerts"], found["pictures"]) == (0, 0, [576])
            assert found["numberBeforeName"] is not is_hebrew
            if width == 1000:
                assert found["codeBeforeText"] is is_hebrew
            assert len(found["codes"]) == 1 and found["codes"][0] > 100
            assert found["steps"] == ["left", "left", "left", "left", "right"]
        assert (visit.foreign, visit.complaints) == ([], [])

"""The content of a handout: equal weeks once, each exercise once, names and dates in its language."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinegraph.handout.rules_content import handout_of, names_of, ranges_of
from kinegraph.handout.rules_words import text_of, words_of
from kinegraph.patient.rules import Language
from tests.handout.samples import (
    ADDRESS,
    HEBREW,
    OWN,
    TODAY,
    WALL,
    calendar,
    exercise,
    prescribed,
    sample,
    session,
    source,
)

EN, HE, RU = Language.EN, Language.HE, Language.RU


def test_equal_weeks_are_printed_once_and_each_exercise_has_one_number() -> None:
    handout = sample(EN)
    assert [block.heading for block in handout.blocks] == ["Weeks 1–2, 4", "Week 3"]
    assert [[len(day.lines) for day in block.days] for block in handout.blocks] == [[2, 1], [2, 1]]
    assert [line.number for block in handout.blocks for day in block.days for line in day.lines] == [1, 2, 1] * 2
    assert [card.number for card in handout.cards] == [1, 2]
    assert [row.cells for row in handout.overview] == [["2", "", "", "1", "", "", ""]] * 4


def test_names_are_the_first_alias_in_the_language_with_the_librarys_name_beside_it() -> None:
    wall = exercise("Wall Slide", "WS", "החלקת קיר", "גלישה", "скольжение по стене")
    shown = {language: [text and text.text for text in names_of(wall, language)] for language in Language}
    assert shown == {
        EN: ["Wall Slide", None],
        HE: ["החלקת קיר", "Wall Slide"],
        RU: ["Скольжение по стене", "Wall Slide"],
    }
    own, beside = names_of(exercise(HEBREW, "рычаг"), HE)
    assert (own.text, own.dir, beside) == (HEBREW, "rtl", None)
    assert names_of(exercise("Air Bike"), RU)[0].text == "Air Bike"


def test_a_handout_for_an_enrollment_has_the_dates_and_weekdays_of_its_weeks() -> None:
    handout = sample(RU, calendar=calendar(date(2026, 3, 2)), patient="Дана")
    assert (handout.overview[0].heading, handout.overview[0].begins) == ("Неделя 2", "9 марта 2026 г.")
    assert handout.columns[0] == "День 1 (пн)" and handout.blocks[0].days[1].heading == "День 4 (чт)"
    assert handout.patient is not None and handout.patient.text == "Дана"
    assert (handout.version, handout.printed) == ("Версия 2 от 3 марта 2026 г.", "Дата печати: 9 марта 2026 г.")
    assert sample(EN).patient is None and sample(EN).overview[0].begins is None


def test_weeks_that_are_over_are_left_out_for_an_enrollment_unless_one_is_requested() -> None:
    begun = calendar(date(2026, 3, 2))
    weeks = [row.heading for row in sample(EN, calendar=begun).overview]
    assert (weeks, sample(EN, calendar=begun).remarks) == (["Week 2", "Week 3", "Week 4"], [words_of(EN)["past"]])
    first = sample(EN, calendar=calendar(TODAY))
    assert (len(first.overview), list(first.remarks)) == (4, [])
    over = sample(EN, calendar=begun, today=date(2026, 6, 1))
    assert [row.heading for row in over.overview] == ["Week 1", "Week 2", "Week 3", "Week 4"]
    requested = handout_of(source([session(1, 2, prescribed())], week=1, calendar=begun), EN, ADDRESS)
    assert ([block.heading for block in requested.blocks], list(requested.remarks)) == (["Week 1"], [])


def test_paused_days_are_left_out_and_the_page_says_so() -> None:
    pauses = ((date(2026, 2, 1), date(2026, 2, 9)), (date(2026, 3, 19), date(2026, 3, 23)), (date(2026, 4, 2), None))
    handout = sample(EN, calendar=calendar(TODAY, *pauses))
    assert [block.heading for block in handout.blocks] == ["Week 1", "Weeks 2, 4", "Week 3"]
    assert [[day.heading for day in block.days] for block in handout.blocks] == [
        ["Day 1 (Mon)", "Day 4 (Thu)"], ["Day 1 (Mon)"], ["Day 4 (Thu)"]
    ]  # fmt: skip
    cells = [[row.cells[0], row.cells[3]] for row in handout.overview]
    assert cells == [["2", "1"], ["2", "pause"], ["pause", "1"], ["2", "pause"]]
    assert list(handout.remarks) == [
        (
            "The programme is paused on these days, which are left out: "
            "19 March 2026 – 23 March 2026; from 2 April 2026 on."
        )
    ]
    hebrew, russian = [sample(language, calendar=calendar(TODAY, pauses[2])).remarks for language in (HE, RU)]
    assert list(hebrew) == ["בימים הבאים התוכנית בהפסקה, והם אינם מופיעים: החל מ־2 באפריל 2026."]
    assert list(russian) == ["В эти дни программа приостановлена, и они не показаны: с 2 апреля 2026 г."]


def test_days_after_the_end_and_of_another_version_are_left_out() -> None:
    for values in ({"ended_on": date(2026, 3, 16)}, {"moved_on": date(2026, 3, 16)}):
        handout = sample(EN, calendar=calendar(TODAY, **values))
        assert [block.heading for block in handout.blocks] == ["Week 1"]


def test_a_requested_week_has_no_day_of_another_version_and_the_page_names_these_in_each_language() -> None:
    moved = calendar(TODAY, moved_on=date(2026, 3, 18))
    days = [session(2, 2, prescribed()), session(2, 3, prescribed())]
    handout = handout_of(source(days, week=2, calendar=moved), EN, ADDRESS)
    assert [[day.heading for day in block.days] for block in handout.blocks] == [["Day 2 (Tue)"]]
    assert list(handout.remarks) == [
        (
            "Another version of the programme holds on these days, which are left out: from 18 March 2026 on. "
            "Ask the clinic for its page."
        )
    ]
    hebrew, russian = [sample(language, calendar=moved).remarks for language in (HE, RU)]
    assert list(hebrew) == [
        "בימים הבאים חלה גרסה אחרת של התוכנית, והם אינם מופיעים: החל מ־18 במרץ 2026. יש לבקש מהמרפאה את הדף שלה."
    ]
    assert list(russian) == [
        "В эти дни действует другая версия программы (её страница — в клинике), и они не показаны: с 18 марта 2026 г."
    ]
    assert list(handout_of(source(days, week=1, calendar=moved), EN, ADDRESS).remarks) == []


def test_days_that_are_equal_are_printed_once() -> None:
    days = [session(1, day, prescribed(reps=12 if day == 3 else 10)) for day in (1, 3, 5)]
    (block,) = handout_of(source(days, week=1), EN, ADDRESS).blocks
    assert [(day.heading, len(day.lines)) for day in block.days] == [("Day 1, Day 5", 1), ("Day 3", 1)]


def test_an_alias_that_somebody_reviewed_goes_before_one_of_a_model() -> None:
    wall = exercise("Wall Slide", "גלישת קיר", "החלקת קיר")
    names = [names_of(wall, HE, unreviewed)[0].text for unreviewed in ((), {"גלישת קיר"}, {"גלישת קיר", "החלקת קיר"})]
    assert names == ["גלישת קיר", "החלקת קיר", "גלישת קיר"]


def test_each_line_of_a_text_has_its_own_language_and_direction() -> None:
    handout = sample(HE, description="שלום דנה\n\nKeep the knee warm.")
    assert [(text.lang, text.dir) for text in handout.description] == [("he", "rtl"), ("en", "ltr")]


def test_ranges_of_numbers_are_isolated_in_a_text_from_right_to_left() -> None:
    assert text_of("בצעו 5–10 חזרות, 2-3 פעמים").text == "בצעו \u20665–10\u2069 חזרות, \u20662-3\u2069 פעמים"
    assert text_of("Do 5–10").text == "Do 5–10"


def test_the_code_leads_to_the_video_else_to_the_figure_else_nowhere() -> None:
    rows = source([session(1, 1, *map(prescribed, (WALL, OWN, UUID(int=3))))])
    figured = {**rows.exercises, UUID(int=3): exercise("Plank", slug="plank")}
    found = handout_of(source(rows.sessions, week=1), EN, ADDRESS)
    assert [card.address for card in found.cards] == ["https://video.example/watch?v=wall-slide&t=1", None]
    assert (found.has_codes, handout_of(source([session(1, 1, prescribed(OWN))]), EN, ADDRESS).has_codes) == (
        True,
        False,
    )
    object.__setattr__(rows, "exercises", figured)
    plank = handout_of(rows, EN, ADDRESS).cards[2]
    assert plank.address is not None and plank.address.startswith("https://api.example/figures/plank.webp?v=")
    assert plank.figure == "plank"


def test_instructions_keep_their_order_by_subject_and_english_ones_are_announced() -> None:
    wall = sample(HE).cards[0]
    assert [text.text for text in (*wall.steps, *wall.cues, *wall.safety)] == [
        "Stand 3 × 10 cm from the wall.", "Breathe out.", "Stop where it pinches.",
    ]  # fmt: skip
    assert [sample(language).has_english_texts for language in (EN, HE, RU)] == [False, True, True]


def test_one_week_of_a_plan_and_a_plan_without_sessions() -> None:
    one = handout_of(source([session(3, 2, prescribed())], week=3), HE, ADDRESS)
    assert [block.heading for block in one.blocks] == ["שבוע 3"] and len(one.overview) == 1
    empty = handout_of(source([], weeks=104), EN, ADDRESS)
    assert (len(empty.overview), list(empty.blocks), list(empty.cards)) == (104, [], [])


@pytest.mark.parametrize(("language", "text"), [(EN, "1–3, 5, 7–8"), (HE, "1 עד 3, 5, 7 עד 8")])
def test_weeks_in_sequence_are_ranges(language: Language, text: str) -> None:
    assert ranges_of([1, 2, 3, 5, 7, 8], language) == text


@given(some.sets(some.integers(1, 104), min_size=1))
def test_ranges_name_every_week_and_no_other(weeks: set[int]) -> None:
    named: set[int] = set()
    for part in ranges_of(sorted(weeks), EN).split(", "):
        first, _, last = part.partition("–")
        named |= {*range(int(first), int(last or first) + 1)}
    assert named == weeks

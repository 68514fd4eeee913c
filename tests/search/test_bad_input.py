"""Bad queries of search: each is refused, or answered honestly, and none is an error of the server."""

import pytest

from tests.conftest import Api, Person
from tests.search.conftest import SEARCH

REFUSED = {
    "empty": "",
    "white space": " \t\n\u00a0",
    "punctuation": "?!.,;:-–—",
    "quotation marks": "'\"`׳״",
    "a percent sign": "%",
    "a backslash": "\\",
    "an underscore": "_",
    "marks of direction": "\u200f\u200e\u202e",
    "emoji": "\U0001f4aa\U0001f3cb",
    "10,000 characters": "squat " * 1_667,
    "a million combining marks": "a" + "\u0301" * 1_000_000,
    "a null byte": "squat\0",
}
ANSWERED = {
    "operators of full text": "squat & (press | !row) <-> jump:*",
    "an unclosed quotation": "squat' 'press",
    "SQL": "'; DROP TABLE exercises; --",
    "wildcards": "%sq_at%",
    "mixed directions": "\u202esquat\u202c סקוואט присед",
    "emoji beside a word": "squat \U0001f4aa",
    "nonsense": "xkqzvwpf jjqqzz",
    "one letter": "s",
    "digits": "90 90",
    "many words": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 3,
    "a single letter of each word": "s q u a t",
    "the most frequent words": "press squat row curl with dumbbell barbell",
    "12 words with many alternatives": "bench press squat deadlift row curl lunge plank pull up push jump",
    "12 misspelled words": "benhc prses sqaut deadlfit curll lungge plnak pulll pussh jumpp extention rotattion",
    "200 letters": "q" * 200,
    "200 Hebrew letters": "\u05d0\u05dc" * 100,
    "stop words alone": "the of and",
    "other scripts": "スクワット 深蹲 قرفصاء",
    "an unfinished word beside two that are corrected together": "shh oulder join",
    "the same in Russian": "\u0448\u0448 \u0435\u0439\u043d\u044b\u0439 \u043e\u0442\u0434\u0435",
    "combining marks": "s\u0301\u0302q\u0303uat",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_query_that_cannot_be_searched_is_refused_with_a_code(api: Api, reader: Person, name: str) -> None:
    response = await api.post(SEARCH, reader, q=REFUSED[name])
    error = response.json()["errors"][0]
    assert response.status_code == 400
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", ["q"])
    assert len(error["message"]) < 200


@pytest.mark.parametrize("name", ANSWERED)
async def test_any_other_query_is_answered(api: Api, reader: Person, name: str) -> None:
    response = await api.post(SEARCH, reader, q=ANSWERED[name])
    assert response.status_code == 200, response.text
    assert isinstance(response.json()["data"]["searchExercises"], list)


async def test_a_mistyped_query_is_understood_of_somebody_who_is_not_signed_in(api: Api) -> None:
    hits = (await api.run(SEARCH, None, q="shh oulder join"))["searchExercises"]
    assert hits[0]["exercise"]["name"] == "Shoulder CARs"

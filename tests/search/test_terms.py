"""Terms of coaches that were found wrong or missing: the shipped library has them right, and search finds by them."""

import orjson

from kinegraph.canonical.rules_files import shipped_files
from tests.conftest import Api, Person
from tests.search.conftest import search

WRONG = {
    "shadow-boxing": ("אגרוף צללים", "אגרוף צל"),
    "scapular-push-ups": ("שכיבות סמיכה לשכמות", "סקפולה פוש אפ"),
    "bird-dog": ("ציפור-כלב", "בירד דוג"),
    "split-squat": ("סקוואט מפוצל", "ספליט סקוואט"),
    "goblet-squat": ("סקוואט גביע", "גובלט סקוואט"),
    "serratus-punch": ("אגרוף סרטוס", "סרטוס פאנץ'"),
    "weighted-pull-ups": ("מתח משוקלל", "מתח עם משקל"),
    "human-flag": ("יומן פלאג", "היומן פלאג"),
    "jefferson-curl": ("Скручивание Джефферсона", "Наклоны Джефферсона"),
    "box-breathing": ("Бокс-дыхание", "Дыхание по квадрату"),
    "clamshell": ("Моллюск", "Ракушка"),
    "rack-pull": ("тяга с плинтов", "тяга в раме"),
}
MISSING = {
    "ברפיס": {"burpees"},
    "בורפיס": {"burpees"},
    "סקווט": {"back-squat", "air-squats"},
    "פלנק": {"plank"},
    "דיפס": {"dips"},
    "מיליטרי פרס": {"overhead-press"},
    "כפיפת כתפיים": {"front-raise"},
    "הרמות קדמיות": {"front-raise"},
    "הרחקות כתפיים": {"lateral-raise"},
    "פטישים": {"hammer-curl"},
    "פריצ'ר": {"preacher-curl"},
    "טרייספס": {"triceps-pushdown", "overhead-triceps-extension", "skull-crusher", "overhead-triceps-stretch"},
    "סטפ אפים": {"step-ups"},
    "לאנג'ס": {"forward-lunges", "reverse-lunges", "walking-lunges"},
    "פארמר ווק": {"farmers-carry"},
    "היי פול": {"snatch-high-pull", "clean-high-pull"},
    "טי טו בי": {"toes-to-bar"},
    "бурпи": {"burpees"},
    "пауэр клин": {"power-clean"},
    "клин": {"clean"},
    "снэтч": {"snatch"},
    "джерк": {"split-jerk", "push-jerk"},
    "даблы": {"double-unders"},
    "т2б": {"toes-to-bar"},
    "трап-гриф": {"trap-bar-deadlift"},
    "гекса-гриф": {"trap-bar-deadlift"},
    "скакалка": {"single-unders", "double-unders"},
    "болгарки": {"bulgarian-split-squat"},
    "масл-ап": {"bar-muscle-ups", "ring-muscle-ups"},
    "беговая дорожка": {"run", "incline-treadmill-walk"},
    "жим лежа": {"bench-press"},
    "мертвая тяга": {"deadlift", "romanian-deadlift", "stiff-leg-deadlift"},
}


def test_the_shipped_library_has_the_right_terms_and_not_the_wrong_ones() -> None:
    rows = [row for _, content in shipped_files() for row in orjson.loads(content)]
    aliases = {row["slug"]: row["aliases"] for row in rows if row["slug"] in WRONG}
    folded = {slug: {alias.lower() for alias in of} for slug, of in aliases.items()}
    assert [slug for slug, (wrong, _) in WRONG.items() if wrong.lower() in folded[slug]] == []
    assert [slug for slug, (_, right) in WRONG.items() if right not in aliases[slug]] == []


async def test_a_term_finds_its_exercise_first(api: Api, reader: Person) -> None:
    first = {}
    for q in [*MISSING, *(right for _, right in WRONG.values())]:
        hits = await search(api, reader, q, limit=1)
        first[q] = hits[0]["exercise"]["slug"] if hits else None
    expected = MISSING | {right: {slug} for slug, (_, right) in WRONG.items()}
    assert {q: slug for q, slug in first.items() if slug not in expected[q]} == {}


BY_CONDITION = {
    "lower back pain": {"cat-cow", "bird-dog", "pelvic-tilt", "childs-pose"},
    "exercises for patient with back pain": {"cat-cow", "bird-dog", "pelvic-tilt", "childs-pose"},
    "sciatica": {"sciatic-nerve-glide", "prone-press-up", "bird-dog"},
    "ишиас": {"sciatic-nerve-glide", "prone-press-up", "bird-dog"},
    "תרגילים לסיאטיקה": {"sciatic-nerve-glide", "prone-press-up", "bird-dog"},
    "plantar": {"short-foot", "towel-scrunches", "wall-calf-stretch"},
    "knee pain": {"quad-set", "straight-leg-raise", "terminal-knee-extension"},
    "грыжа диска": {"prone-press-up", "bird-dog", "abdominal-bracing"},
}
BEGUN = {
    "bulg": "bulgarian-split-squat",
    "farm": "farmers-carry",
    "front sq": "front-squat",
    "thrus": "thruster",
    "ben": "bench-press",
}


async def test_a_condition_finds_the_exercises_that_are_used_for_it_first(api: Api, reader: Person) -> None:
    for q, slugs in BY_CONDITION.items():
        hits = await search(api, reader, q, limit=6)
        assert slugs <= {hit["exercise"]["slug"] for hit in hits}, q


async def test_a_beginning_of_a_word_of_a_name_finds_it_first(api: Api, reader: Person) -> None:
    assert {q: (await search(api, reader, q, limit=1))[0]["exercise"]["slug"] for q in BEGUN} == BEGUN

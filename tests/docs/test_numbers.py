"""Numbers in pages are those of the code: each sentence below is written with the constants, and stands in its page."""

import re

import pytest

from kinegraph.adherence.rules import MIN_PATIENTS
from kinegraph.api.hang_ups import WATCH_AFTER_SECONDS
from kinegraph.background.rules import FAILED_RETENTION_DAYS, HURRIED_SECONDS, MAX_ENDED, RETENTION_DAYS, JobKind
from kinegraph.candidates.store import MAX_CANDIDATES
from kinegraph.checking.graph_mutations import MAX_DAYS as MAX_OVERRIDE_DAYS
from kinegraph.classification.rules_profiles import RECOVERY_HOURS
from kinegraph.classification.rules_safety import AVOID_SCORE, MAX_SCORE, OFFERED_BELOW, SCORES
from kinegraph.classification.rules_severity import Severity
from kinegraph.composition import rules as composition
from kinegraph.composition import rules_scores as scores
from kinegraph.composition.rules_limits import MAX_CORE_SHARE
from kinegraph.cost.estimate import STATEMENT_COST
from kinegraph.cost.meter import MISS_STATEMENTS, REGISTRATION_STATEMENTS
from kinegraph.dosing import rules as dosing
from kinegraph.dosing import rules_amounts as amounts
from kinegraph.dosing.rules_prescriptions import EASE, HEART_EASE
from kinegraph.enrolling.rules import MAX_PAST_DAYS, MAX_PAUSES, MAX_START_DAYS
from kinegraph.enrollment.rules import MAX_DUE_DAYS
from kinegraph.exercise.rules_columns import MAX_ENTRIES
from kinegraph.exercise.rules_details import MAX_CONDITION_LENGTH, MAX_CONTRAINDICATIONS
from kinegraph.formats.records import MAX_FILE_BYTES
from kinegraph.generator import rules_assembly as assembly
from kinegraph.generator import rules_unmet as unmet
from kinegraph.generator.graph import MAX_EXCLUDED
from kinegraph.handout.rules import MAX_ADDRESS
from kinegraph.handout_route import MAX_PICTURE_BYTES
from kinegraph.layers.rules import ProgressionType
from kinegraph.logbook.rules_batch import MAX_LOGS
from kinegraph.media.rules import IN_PARTS_ABOVE_BYTES, MAX_ATTACHMENTS, MIB, PART_BYTES
from kinegraph.moderation.rules import MAX_SUGGESTIONS
from kinegraph.persisted.rules import MAX_BYTES, MAX_DOCUMENTS
from kinegraph.plan.rules import MAX_DAYS, MAX_VERSIONS, MAX_WEEKS
from kinegraph.plan.rules_tree import MAX_EXERCISES, MAX_SESSION_EXERCISES, MAX_SESSIONS
from kinegraph.programming.rules import DEFAULT_DIFFICULTY, exhausting_limit, fatigue_limit
from kinegraph.programming.rules_places import AEROBIC_MINUTES, EVEN_MINUTES
from kinegraph.record.rules_training import MAX_DAYS as MAX_LOAD_DAYS
from kinegraph.result.rules import MAX_SETS, MAX_SUBMISSIONS
from kinegraph.substitution import rules as substitution
from kinegraph.substitution.rules_loads import TABLE, TO_BOTH_SIDES, TO_MACHINE, TO_ONE_SIDE, Conversion
from kinegraph.substitution.rules_resistance import Resistance
from kinegraph.sync.rules import DEFAULT_CHANGES, MAX_CHANGES
from kinegraph.telemetry.rules import MAX_ERRORS, MAX_EVENTS
from kinegraph.warmup.rules_cool_down import CLOSING_SECONDS, HEART_EASING_SECONDS
from kinegraph.warmup.rules_warm_up import PULSE_SECONDS
from kinegraph.worker import MIN_CONNECTIONS
from kinegraph.worker_jobs import COLLECTED_SECONDS
from tests.docs.markdown import ROOT, text_of
from tests.docs.test_lists import NUMBERS


def percent(share: float | None) -> str:
    """A share in percent."""
    assert share is not None
    return f"{100 * share:g}"


def ratio(old: Resistance, new: Resistance) -> str:
    """The factors of a conversion, in percent."""
    return percents(TABLE[old, new])


def percents(found: Conversion) -> str:
    """The factors of a conversion, in percent."""
    return f"{percent(found.low)} to {percent(found.high)} %"


def clock(seconds: int) -> str:
    """Seconds as minutes and seconds."""
    return f"{seconds // 60}:{seconds % 60:02}"


def warm_up(minutes: int) -> int:
    """The seconds of the bout that warms up a person with a condition of the heart."""
    return assembly._for_warm_up(60 * minutes, is_heart=True) - dosing.LIGHT_SETUP


EDGE, FAST, SLOW = substitution.EDGE, dosing.FAST_SECONDS, dosing.SLOW_SECONDS
BAR, BELLS = Resistance.BARBELL, Resistance.DUMBBELLS
GENERATOR = (
    f"At most {MAX_CANDIDATES:,} exercises of an organization are considered",
    f"whose risk is {OFFERED_BELOW} or more",
    (
        f"conditioning and locomotion) with a common primary muscle | {substitution.SAME_PATTERN:g}; "
        f"{substitution.LIKE_PATTERN:g} |"
    ),
    f"| primary muscles: shared ÷ all of both | up to {substitution.PRIMARY_MUSCLES:g} |",
    f"| all muscles: shared ÷ all of both | up to {substitution.ALL_MUSCLES:g} |",
    f"| the same class; the same mechanics | {substitution.SAME_CLASS:g}; {substitution.SAME_MECHANICS:g} |",
    (
        f"two edges | {EDGE[ProgressionType.SUBSTITUTION]:g}, {EDGE[ProgressionType.VARIATION]:g}, "
        f"{EDGE[ProgressionType.REGRESSION]:g}, {EDGE[ProgressionType.PROGRESSION]:g}; {substitution.TWO_EDGES:g} |"
    ),
    f"| each step harder; each step easier | -{substitution.HARDER:g}; -{substitution.EASIER:g} |",
    f"| risk for the person | -1 for {substitution.RISK_PER_POINT:g} of the score |",
    f"| a treatment of a condition of the person | {substitution.INDICATED:g} |",
    f"| barbell | dumbbells | {ratio(BAR, BELLS)} of the bar in each hand",
    f"| dumbbells | barbell | {TABLE[BELLS, BAR].low:g} to {TABLE[BELLS, BAR].high:g} times one dumbbell",
    (
        f"| barbell | Smith machine | {ratio(BAR, Resistance.SMITH_MACHINE)} [S1]; back: "
        f"{ratio(Resistance.SMITH_MACHINE, BAR)} [A] |"
    ),
    f"(kettlebell, plate, ball) | {ratio(BAR, Resistance.ONE_WEIGHT)} [A]",
    f"one dumbbell [A]; back: {ratio(Resistance.ONE_WEIGHT, BELLS)} in each hand",
    f"| any load | machine or cable | begin with {percents(TO_MACHINE)}, and",
    f"for arms too) | {percents(TO_ONE_SIDE)} [A]; back: {TO_BOTH_SIDES.low} to {TO_BOTH_SIDES.high} times |",
    f"above `difficultyMax` ({DEFAULT_DIFFICULTY} where it is not sent)",
    f"Where the time is short (up to {dosing.COMPACT_MINUTES} minutes)",
    f"whichever is more, at most {assembly.MAX_TREATMENTS} ({assembly.MAX_TREATMENTS + 1} beside aerobic work)",
    (
        f"*Warm-up* ({percent(assembly.WARM_UP_SHARE)} % of the time, {assembly.MIN_WARM_UP} s to "
        f"{assembly.MAX_WARM_UP // 60} minutes)"
    ),
    (
        f"*Cool-down* ({percent(assembly.COOL_DOWN_SHARE)} %, if `withCoolDown`, from "
        f"{assembly.SHORTEST_WITH_COOL_DOWN} minutes on)"
    ),
    f"easing off after steady work, {HEART_EASING_SECONDS // 60} minutes with heart or blood pressure",
    f"have RPE {EASE}, with a condition of the heart {HEART_EASE}.",
    (
        f"one graded bout of {warm_up(25) // 60} minutes to {clock(warm_up(180))}, in sessions under 25 minutes of a "
        f"quarter of the time less {dosing.LIGHT_SETUP} s to set up, and rests are {amounts.MIN_HEART_REST} s at least"
    ),
    (
        f"set-up (bar {dosing.BAR_SETUP} s, machine, cable or dumbbells {dosing.MACHINE_SETUP} s, others "
        f"{dosing.BODY_SETUP} s; {dosing.LIGHT_SETUP} s in warm-up and cool-down"
    ),
    (
        f"a repetition of jumps and olympic lifts takes {FAST['jump']} s, of shock jumps {FAST['shock_jump']} s, of "
        f"low jumps {FAST['low_jump']} s; without a tempo it takes {dosing.REPETITION_SECONDS} s, of mobility "
        f"{SLOW['dynamic_mobility']} s, complex lifts of free weights {SLOW['free_weight_compound']} s, floor pulls "
        f"and gymnastics {SLOW['floor_pull']} s, early motion and mixed conditioning {SLOW['early_motion']} s, light "
        f"strengthening {SLOW['low_load_strengthening']} s."
    ),
    (
        f"or {dosing.SECONDS_PER_METER} s a metre (crawling {dosing.CRAWL_SECONDS_PER_METER} s), or "
        f"{dosing.SECONDS_PER_CALORIE} s a calorie"
    ),
    (
        f"No exercise takes more than {percent(composition.MAX_SHARE)} % of the session "
        f"({percent(composition.MAX_SHORT_SHARE)} % up to {dosing.SHORT_MINUTES} minutes), and from "
        f"{composition.MIN_ACCESSORY_MINUTES} minutes on no accessory of one joint more than "
        f"{percent(composition.MAX_ACCESSORY_SHARE)} %"
    ),
    (
        f"steady work gets {percent(composition.MIN_STEADY_SHARE)} % of the training at first "
        f"(up to {composition.BRIEF_MINUTES} minutes {percent(composition.MIN_BRIEF_STEADY_SHARE)} %, so that the "
        f"movements have second sets; {percent(composition.MIN_HEART_STEADY_SHARE)} % with a condition of the heart) "
        "and at most "
        f"{percent(composition.MAX_STEADY_SHARE)} % ({percent(composition.MAX_HEART_STEADY_SHARE)} %)"
    ),
    f"For other goals it takes at most {composition.MAX_OTHER_STEADY // 60} minutes.",
    (
        f"Sessions up to {dosing.SHORT_MINUTES} minutes are circuits with rests of {dosing.CIRCUIT_REST} s "
        f"({dosing.HOLD_REST} s after short holds)"
    ),
    (
        f"| repetitions | bar: at most {amounts.MAX_HEAVY_REPETITIONS}; others {amounts.STRENGTH_RANGE[0]} to "
        f"{amounts.STRENGTH_RANGE[1]} | the profile's, at most {amounts.WIDTH} wide | {amounts.ENDURANCE_RANGE[0]} to "
        f"{amounts.ENDURANCE_RANGE[1]};"
    ),
    f"at least {amounts.MIN_REPETITIONS} ({amounts.MIN_PER_SIDE} a side)",
    f"{dosing.BAR_PAUSE} s after each with a bar, {dosing.LIGHTER_PAUSE} s otherwise",
    f"takes at most {amounts.MAX_TRUNK_SECONDS} s ({amounts.MIN_TRUNK_REPETITIONS} repetitions a side at least)",
    f"of lifts {dosing.BRIEF_REST} s at least ({dosing.COMPACT_REST} s in sessions over {dosing.BRIEF_MINUTES} minutes",
    f"at most {amounts.STRENGTH_REST} s where a set has",
    f"{amounts.LIGHT_STRENGTH_REST} s up to a fatigue of {amounts.LIGHT_STRENGTH_FATIGUE}",
    (
        f"With {dosing.EASY_RESERVE} in reserve and more, or RPE {dosing.EASED_EXERTION} and less, a set has at least "
        f"{amounts.MIN_REPETITIONS} repetitions ({amounts.MIN_PER_SIDE} a side)"
    ),
    (
        f"Throws rest {amounts.THROW_REST} s at most and have no rating of effort; the pelvic floor has "
        f"{amounts.FEW_CONTRACTIONS} to {amounts.MAX_CONTRACTIONS} contractions; drills with a fatigue of "
        f"{amounts.DRILL_FATIGUE} rest {amounts.SMALL_REST} s at most."
    ),
    (
        f"At most {amounts.MAX_PER_SIDE} repetitions a side. Isolation in a session for strength has "
        f"{amounts.ACCESSORY_RANGE[0]} to {amounts.ACCESSORY_RANGE[1]}."
    ),
    f"holds take {amounts.MAX_HEART_HOLD} s at most",
    f"and the trunk {percent(MAX_CORE_SHARE)} % of the time",
    (
        f"add up to at most {fatigue_limit(0)} + 0.4 a minute, at most {fatigue_limit(180)} [A]. There are at most "
        f"{exhausting_limit(3)} exhausting exercises, {exhausting_limit(2)} where `difficultyMax` is 1 or 2 [A]. A "
        f"primary muscle gets at most {composition.MAX_SETS_PER_MUSCLE} sets [A]."
    ),
    f"`excluded(reason, limit)` lists at most {MAX_EXCLUDED}",
    f"*aerobic work* from {AEROBIC_MINUTES} minutes on",
    f"for the whole body of {EVEN_MINUTES} minutes and more",
    f"For strength the first exercise of a list has {scores.FIRST_OF_ALL} points more",
    f"and up to {scores.CHANCE} points by chance",
    f"the pulse for {PULSE_SECONDS[0][1]} s to {PULSE_SECONDS[-1][1] // 60} minutes",
    f"{NUMBERS[CLOSING_SECONDS // 60]} minutes of easy walking or marching",
    (
        f"more than {percent(unmet.UNUSED_SHARE)} % (and {unmet.MIN_UNUSED // 60} minutes; of sessions up to 13 "
        f"minutes, {percent(unmet.SHORT_UNUSED_SHARE)} %) are unused"
    ),
    f"an end within {MAX_OVERRIDE_DAYS} days",
)
(_, _), (FEW, FEW_HOURS), (SOME, SOME_HOURS), (_, MAX_HOURS) = RECOVERY_HOURS
TRAINING = (
    f"{FEW_HOURS} for 3 and {FEW}, {SOME_HOURS} for 5 to {SOME}, {MAX_HOURS} from {SOME + 1} on",
    f"| absolute | `avoidIf` | {SCORES[Severity.ABSOLUTE]} |",
    f"pregnancy with a risk to fall) | {SCORES[Severity.RESTRICTION]} |",
    f"| warning | `cautionIf` | {SCORES[Severity.WARNING]} |",
    f"| indicated | `indicatedFor` | {SCORES[Severity.INDICATED]} |",
)
DOMAIN = (
    f"`optionalEquipment` | at most {MAX_ENTRIES} entries of at most 60 |",
    f"*Contraindications* are at most {MAX_CONTRAINDICATIONS}: a condition of at most {MAX_CONDITION_LENGTH}",
    f"An exercise has at most {MAX_SUGGESTIONS} open suggestions.",
    f"A result has at most {MAX_SETS:,} sets, and {MAX_SUBMISSIONS} submissions.",
    f"A comment has at most {MAX_ATTACHMENTS} attachments.",
    f"A file of more than {IN_PARTS_ABOVE_BYTES // MIB} MiB may be sent in parts of {PART_BYTES // MIB} MiB",
    f"{AVOID_SCORE}; otherwise the score is the sum of the matching scores, at most {MAX_SCORE}.",
    f"`trainingLoad` shows, for at most {MAX_LOAD_DAYS} days",
    f"has weeks (1 to {MAX_WEEKS}) of days (1 to {MAX_DAYS}) with sessions",
    f"At most {MAX_SESSIONS} sessions, {MAX_SESSION_EXERCISES} exercises in one and {MAX_EXERCISES:,} in all.",
    f"without gaps, at most {MAX_VERSIONS}.",
    f"of at most {MAX_DUE_DAYS} days: of the version that holds on that day",
    f"at most {MAX_PAST_DAYS} days before that day and at most {MAX_START_DAYS} days after it",
    f"fewer than {NUMBERS[MIN_PATIENTS]} patients in the window are left out",
    f"`logExercises` takes 1 to {MAX_LOGS} logs",
    f"from a day on that is at most {MAX_START_DAYS} days",
    f"at most {MAX_PAUSES} of them, which share no",
    f"`recordMediaEvents` (at most {MAX_EVENTS} events of videos)",
    f"`reportPlaybackErrors` (at most {MAX_ERRORS})",
    f"an address of more than {MAX_ADDRESS} characters has none",
    f"uploaded to this API and has at most {MAX_PICTURE_BYTES:,} bytes",
    (
        f"for all changes of {COLLECTED_SECONDS[JobKind.EMBED_EXERCISES]} seconds (exercises, overrides) or "
        f"{COLLECTED_SECONDS[JobKind.EMBED_WORKOUTS]} (workouts)"
    ),
    f"is due within {HURRIED_SECONDS} seconds of a new change",
    (
        f"Jobs that ended are deleted after {RETENTION_DAYS} days, failed ones after {FAILED_RETENTION_DAYS}, and the "
        f"oldest ones beyond {MAX_ENDED:,}."
    ),
)
CLIENTS = (
    f"A caller has up to {MAX_DOCUMENTS:,} documents, {MAX_BYTES // MIB} MiB together",
    f"after the first {1000 * WATCH_AFTER_SECONDS:g} ms a query's statement is cancelled",
    f"{STATEMENT_COST * MISS_STATEMENTS} for a look-up of a persisted document that fails",
    f"{STATEMENT_COST * REGISTRATION_STATEMENTS} for each request that sends a text with its hash",
)
OPERATIONS = (f"a worker up to that, and at least {NUMBERS[MIN_CONNECTIONS]}.",)
SYNC = (
    f"Pages of up to {MAX_CHANGES} changes come, {DEFAULT_CHANGES} by default",
    f"in batches of up to {MAX_LOGS}, by `logExercises`",
)
EXCHANGE = (f"A file may have {MAX_FILE_BYTES // MIB} MiB.",)

PAGES = {
    "generator": GENERATOR,
    "training": TRAINING,
    "domain": DOMAIN,
    "clients": CLIENTS,
    "operations": OPERATIONS,
    "exchange": EXCHANGE,
    "sync": SYNC,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_numbers_of_a_page_are_the_constants_of_the_code(page: str) -> None:
    """Each sentence of a page that is made of constants stands in it, whatever its lines are."""
    text = re.sub(r"\s+", " ", text_of(ROOT / "docs" / f"{page}.md"))
    assert [sentence for sentence in PAGES[page] if sentence not in text] == []


def test_the_objects_that_count_as_bars_are_listed() -> None:
    """docs/generator.md lists what the generator treats as a bar."""
    (listed,) = re.findall(r"a \*bar\* is any of ([^.]+)\.", text_of(ROOT / "docs" / "generator.md"))
    names = {name.strip().lower().replace(" ", "_") for name in re.split(r",|\band\b", listed)}
    assert names == dosing.HEAVY_OBJECTS

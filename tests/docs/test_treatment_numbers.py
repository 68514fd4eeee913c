"""Numbers of treatment in docs/domain.md are those of the code: each sentence is written with the constants."""

import re

from kinegraph.adherence import rules as adherence
from kinegraph.audit.store import MAX_BREAKS
from kinegraph.enrolling.rules_moves import MAX_VERSIONS
from kinegraph.enrollment.rules_safety import MAX_OVERRIDE_DAYS, RECENT_DAYS
from kinegraph.handout import rules as handout
from kinegraph.logbook.rules import MAX_NOTES
from kinegraph.response import rules as response
from kinegraph.response.rules_amounts import MAX_SENT
from kinegraph.response.rules_options import MAX_OPTIONS, MAX_STEPS
from kinegraph.telemetry import rules as telemetry
from kinegraph.telemetry.rules_pose import LANDMARKS, VALUES
from kinegraph.typesetting import documents
from kinegraph.typesetting.process import MAX_BYTES
from tests.docs.markdown import text_of
from tests.docs.test_lists import DOMAIN, NUMBERS

SENTENCES = (
    f"An enrollment has at most {MAX_VERSIONS} versions.",
    f"and within {MAX_OVERRIDE_DAYS} days of it.",
    f"of the last {adherence.DAYS_WITH_DATA} by default, {adherence.MAX_DAYS_WITH_DATA} at most.",
    (
        f"its last {NUMBERS[adherence.RECENT_LOGS]} scores of pain (fewer, where there are fewer) average "
        f"{adherence.HIGH_PAIN} or more, or when it was done on less than half of its due days of the last "
        f"{adherence.RECENT_DAYS}"
    ),
    f"of at most {adherence.MAX_EXERCISES} exercises.",
    (
        f"PAIN (a log with a pain of {adherence.HIGH_PAIN} or more that was performed, or received, in the last "
        f"{adherence.ALERT_DAYS} days"
    ),
    f"scores of pain average {adherence.READY_PAIN} at most, those of exertion {adherence.READY_EXERTION}",
    f"notes of at most {MAX_NOTES:,} characters.",
    f"if the log is of the last {RECENT_DAYS} days by the patient's calendar",
    f"(it names the newest {response.MAX_LOGS})",
    f"exercises that up to {NUMBERS[MAX_STEPS]} regressions of the progression graph lead to",
    f"come after those without. At most {NUMBERS[MAX_OPTIONS]}.",
    f"at most {MAX_SENT['reps']} repetitions, {MAX_SENT['duration_seconds']:,} s and {MAX_SENT['hold_seconds']} s of",
    f"another one replaces it; at most {response.MAX_SUBSTITUTIONS} in an enrollment.",
    f"`recordPoseFrames` (at most {telemetry.MAX_FRAMES} frames",
    (
        f"{telemetry.MAX_LATE.days} days at most, by the device's clock, and {telemetry.MAX_EARLY.seconds // 60} "
        f"minutes early. Batches are remembered for {telemetry.BATCH_DAYS} days"
    ),
    f"With fewer than {NUMBERS[telemetry.MIN_GROUP]} viewers all figures are null.",
    f"A frame has the {LANDMARKS} landmarks of MediaPipe Pose as the Base64 of {VALUES} little-endian",
    f"(the first {MAX_BREAKS}; the others are counted)",
    (
        f"{handout.MAX_ROWS} prescriptions of {handout.MAX_EXERCISES} exercises (`INVALID_INPUT` beyond: ask for "
        f"single weeks), {handout.MAX_TEXT:,} characters of instructions, {handout.MAX_PAGES} pages (422)."
    ),
    (
        f"makes {NUMBERS[documents.MAX_AT_ONCE]} at once, and lets {NUMBERS[documents.MAX_WAITING]} wait; each has "
        f"{documents.SECONDS:g} seconds"
    ),
    f"with {MAX_BYTES // 2**30} GiB of address space",
)


def test_the_numbers_of_treatment_are_the_constants_of_the_code() -> None:
    """Each sentence that is made of constants stands in the page, whatever its lines are."""
    text = re.sub(r"\s+", " ", text_of(DOMAIN))
    assert [sentence for sentence in SENTENCES if sentence not in text] == []

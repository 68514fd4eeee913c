"""Facts about adherence for the tests of all rooms."""

from tests.adherence.statements import ADHERENCE
from tests.rooms import Declarations

ROOM = Declarations(
    tables={"adherence_totals": None},  # written by triggers
    own_arguments=("Organization.exerciseAnalytics.exerciseIds",),
    documents=ADHERENCE,
    own_lists=("Organization.worklist",),
    bounds={
        "Adherence.byWeek": "the weeks of a plan, at most 104",
        "Organization.exerciseAnalytics": "MAX_EXERCISES",
    },
)

"""Laws of pairs of conditions: where one speaks against an exercise, the other one does too, as they fear the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple  # JSON of the entries

from kinegraph.authoring.rules import shown_findings_of
from kinegraph.classification.rules_severity import RANK, Severity

WARNING, RESTRICTION, ABSOLUTE = Severity.WARNING, Severity.RESTRICTION, Severity.ABSOLUTE


class Pair(NamedTuple):
    """A condition that is as severe as `severity` or more, and another one that is then `least` at least."""

    condition: str
    severity: Severity
    other: str
    least: Severity


PAIRS = (
    Pair("acl_injury", RESTRICTION, "acl_reconstruction", RESTRICTION),
    Pair("meniscus_injury", RESTRICTION, "acl_reconstruction", WARNING),
    Pair("meniscus_injury", RESTRICTION, "knee_replacement", WARNING),
    Pair("knee_pain", RESTRICTION, "knee_replacement", WARNING),
    Pair("knee_osteoarthritis", RESTRICTION, "knee_replacement", WARNING),
    Pair("patellofemoral_pain", RESTRICTION, "knee_osteoarthritis", WARNING),
    Pair("hip_pain", RESTRICTION, "hip_replacement", WARNING),
    Pair("hip_impingement", RESTRICTION, "hip_replacement", WARNING),
    Pair("calf_strain", RESTRICTION, "achilles_rupture", RESTRICTION),
    Pair("calf_strain", RESTRICTION, "achilles_tendinopathy", WARNING),
    Pair("achilles_tendinopathy", RESTRICTION, "achilles_rupture", RESTRICTION),
    Pair("ankle_sprain", RESTRICTION, "achilles_rupture", WARNING),
    Pair("balance_disorder", ABSOLUTE, "osteoporosis", RESTRICTION),
    Pair("balance_disorder", RESTRICTION, "osteoporosis", WARNING),
    Pair("balance_disorder", RESTRICTION, "vertigo", WARNING),
    Pair("vertigo", ABSOLUTE, "balance_disorder", RESTRICTION),
    Pair("abdominal_hernia", RESTRICTION, "diastasis_recti", WARNING),
    Pair("abdominal_hernia", RESTRICTION, "postpartum", WARNING),
    Pair("spinal_stenosis", RESTRICTION, "spondylolisthesis", WARNING),
    Pair("sciatica", RESTRICTION, "lumbar_disc_herniation", WARNING),
    Pair("inflammatory_arthritis", ABSOLUTE, "cervical_instability", ABSOLUTE),
    Pair("neck_pain", RESTRICTION, "cervical_instability", RESTRICTION),
    Pair("cervical_radiculopathy", RESTRICTION, "neck_pain", WARNING),
    Pair("cervical_radiculopathy", RESTRICTION, "cervical_instability", WARNING),
    Pair("shoulder_instability", RESTRICTION, "shoulder_pain", WARNING),
    Pair("rotator_cuff_injury", RESTRICTION, "shoulder_pain", WARNING),
    Pair("rotator_cuff_injury", RESTRICTION, "shoulder_impingement", WARNING),
    Pair("shoulder_impingement", RESTRICTION, "rotator_cuff_injury", WARNING),
    Pair("elbow_tendinopathy", WARNING, "elbow_pain", WARNING),
    Pair("wrist_pain", RESTRICTION, "carpal_tunnel_syndrome", WARNING),
    Pair("cardiovascular_disease", RESTRICTION, "hypertension", WARNING),
    Pair("hypertension", RESTRICTION, "cardiovascular_disease", WARNING),
    Pair("cardiovascular_disease", RESTRICTION, "glaucoma", WARNING),
)


def pair_faults(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Entries of which one condition of a pair says too little. What an exercise treats is exempt."""
    for row in rows:
        severities = {key: finding.severity for key, finding in shown_findings_of(row).items()}
        for pair in PAIRS:
            one, two = (severities.get(key, Severity.NONE) for key in (pair.condition, pair.other))
            if Severity.INDICATED in (one, two) or RANK[one] < RANK[pair.severity]:
                continue
            if RANK[two] < RANK[pair.least]:
                yield f"{row['slug']}: {pair.condition} is {one}, {pair.other} {two}, at least {pair.least}"

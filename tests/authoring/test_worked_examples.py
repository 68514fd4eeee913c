"""The worked examples of training layers that clients were promised hold for the shipped library."""

import pytest

from kinegraph.authoring.rules import findings_of
from kinegraph.canonical.rules_files import shipped_rows


@pytest.mark.parametrize(("condition", "severity"), [("wrist_pain", "warning"), ("shoulder_impingement", "absolute")])
def test_the_bench_press_is_cautioned_for_the_wrist_and_excluded_for_impingement(condition: str, severity: str) -> None:
    (bench_press,) = [row for row in shipped_rows() if row["slug"] == "bench-press"]
    assert findings_of(bench_press)[condition].severity == severity

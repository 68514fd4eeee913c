"""The conditions of a person."""

import pytest

from kinegraph.classification.rules_safety import Person


def test_a_key_outside_the_vocabulary_is_refused_unless_it_was_checked() -> None:
    with pytest.raises(ValueError, match="not in the vocabulary of conditions: hip_osteoarthritis, obesity"):
        Person(["obesity", "hip_osteoarthritis", "knee_pain"])
    assert Person(["sore big toe"], is_checked=True).conditions == {"sore big toe"}

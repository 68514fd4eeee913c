"""Random requests: goals, muscles, equipment, minutes, conditions, levels."""

from random import Random

from kinegraph.candidates.rules import Catalogue
from kinegraph.candidates.rules_regions import trained_by
from kinegraph.classification.rules_safety import Person
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import MAX_MINUTES, MIN_MINUTES, Request
from kinegraph.taxonomy.rules_conditions import vocabulary
from kinegraph.taxonomy.rules_muscles import groups, members

MINUTES = (MIN_MINUTES, 10, 15, 20, 30, 45, 60, 60, 75, 90, 120, MAX_MINUTES)
NUMBERS_OF_CONDITIONS = (0, 0, 0, 1, 1, 2, 3, 5, 10, 60)


def random_request(random: Random, catalogue: Catalogue) -> Request:
    """A request with random values; about a third for the whole body, about a third with every equipment."""
    targets = random.sample(sorted(groups()), random.choice((0, 0, 1, 1, 2, 3, 6)))
    names = sorted(catalogue.equipment_names)
    equipment = None if random.random() < 0.3 else frozenset(random.sample(names, random.choice((0, 1, 3, 6, 12, 30))))
    conditions = sorted(vocabulary())
    return Request(
        goal=random.choice(list(TrainingGoal)),
        targets=tuple((name, trained_by(members(name))) for name in targets if members(name)),
        equipment=equipment,
        minutes=random.choice(MINUTES),
        person=Person(random.sample(conditions, min(random.choice(NUMBERS_OF_CONDITIONS), len(conditions)))),
        difficulty_max=random.randint(1, 5),
        seed=random.randint(0, 10),
        with_cool_down=random.random() < 0.5,
        with_drafts=random.random() < 0.2,
    )

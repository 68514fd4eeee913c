"""After any sequence of logs, corrections, deletions and decisions, the open proposal is that of a plain model."""

import random
from dataclasses import dataclass, field

import pytest

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.response.clinic import CORRECT, DECLINE, DELETE, Treated, treated

STEPS = 25


@dataclass
class Model:
    """The scores of logs that are not deleted, by id, and the logs of the open proposal, if there is one."""

    scores: dict[str, int | None] = field(default_factory=dict)
    named: set[str] | None = None

    def add(self, id: str, score: int | None) -> None:
        """A log is stored."""
        before, self.scores[id] = self.scores.get(id), score
        self.review()
        if score is not None and score >= 4 and (before is None or score > before):
            self.named = (self.named or set()) | {id}

    def delete(self, id: str) -> None:
        """A log is deleted."""
        del self.scores[id]
        self.review()

    def review(self) -> None:
        """The proposal is withdrawn where none of its logs is painful."""
        if self.named is not None and not any((self.scores.get(id) or 0) >= 4 for id in self.named):
            self.named = None

    @property
    def worst(self) -> int | None:
        """The score of the open proposal; None without one."""
        return None if self.named is None else max(self.scores.get(id) or 0 for id in self.named)


async def step(chance: random.Random, clinic: Treated, model: Model) -> None:
    """Do something at random in both."""
    kind = chance.choice(("log", "log", "correct", "correct", "delete", "decline"))
    score = chance.choice((None, 0, 3, 4, 5, 6, 9))
    if kind == "log" or not model.scores:
        (id,) = await clinic.send(clinic.log(score, chance.randrange(14)))
        model.add(id, score)
        return
    id = chance.choice(sorted(model.scores))
    if kind == "correct":
        await clinic.api.run(CORRECT, clinic.patient, input={"id": id, "painScore": score})
        model.add(id, score)
    elif kind == "delete":
        await clinic.api.run(DELETE, clinic.patient, input={"id": id})
        model.delete(id)
    elif model.named is not None:
        proposal = await clinic.open()
        await clinic.api.run(DECLINE, clinic.coach, input={"id": proposal["id"], "reason": "No"})
        model.named = None


@pytest.mark.parametrize("seed", range(4))
async def test_the_open_proposal_is_that_of_the_model(api: Api, world: World, owner: Pool, seed: int) -> None:
    """Its score, its light and its logs, after each step."""
    chance, clinic, model = random.Random(seed), await treated(api, world, owner), Model()
    for _ in range(STEPS):
        await step(chance, clinic, model)
        found = await clinic.proposals("OPEN")
        assert [each["painScore"] for each in found] == ([] if model.worst is None else [model.worst])
        for each in found:
            assert each["light"] == ("RED" if each["painScore"] >= 6 else "AMBER")
            assert {log["id"] for log in each["logs"]} == (model.named or set()) & model.scores.keys()

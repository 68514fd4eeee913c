"""Storing an answer of the language model: its proposals, and where the job was requested so as aliases at once."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.enrichment import store_proposals
from kinegraph.enrichment.rules import AliasesFull, ProposalRow, with_alias
from kinegraph.enrichment.rules_answers import Answer, new_proposals
from kinegraph.enrichment.store_proposals import NamesRow
from kinegraph.kit.sessions import WriteSession


async def propose(session: WriteSession, job_id: UUID, model: str, answer: Answer, *, applies: bool) -> tuple[int, int]:
    """Store the proposals of an answer, and apply them if `applies`. Returns the numbers of both.

    The exercises are locked, so that nobody changes their aliases meanwhile.
    """
    exercises = await store_proposals.lock_exercises(session, [each.exercise_id for each in answer.answered])
    names = {id: (row.name, *row.aliases) for id, row in exercises.items()}
    proposals = new_proposals(answer.proposals, names)
    shared = await store_proposals.names_elsewhere(session, proposals)
    stored = await store_proposals.insert(session, job_id, model, proposals, shared)
    applied = await _apply(session, stored, exercises) if applies else 0
    return len(stored), applied


async def _apply(session: WriteSession, proposals: Sequence[ProposalRow], exercises: dict[UUID, NamesRow]) -> int:
    """Make proposals aliases that no other exercise has. Returns how many. An exercise without space takes no more."""
    aliases = {each.exercise_id: exercises[each.exercise_id].aliases for each in proposals}
    applied: list[UUID] = []
    for each in proposals:
        try:
            if each.shared_with_id is None:
                aliases[each.exercise_id] = with_alias(aliases[each.exercise_id], each.text)
                applied.append(each.id)
        except AliasesFull:
            continue
    await store_proposals.set_aliases(session, aliases)
    await store_proposals.mark_applied(session, applied)
    return len(applied)

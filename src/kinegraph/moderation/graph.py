"""The mutations that moderate videos (docs/domain.md, Videos)."""

from datetime import UTC, datetime
from typing import Annotated, Any  # Any: a payload's field is a GraphQL type, its value a row
from uuid import UUID

import strawberry

from kinegraph.exercise import rules, store
from kinegraph.exercise.graph import ExerciseId, ExercisePayload
from kinegraph.exercise.graph_mutations import exercise_payload, lock_writable
from kinegraph.exercise.store_nodes import suggested_videos
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import is_coached
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, Forbidden, NotFound
from kinegraph.kit.graph import mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.moderation import rules as rules_moderation
from kinegraph.video import rules as rules_video
from kinegraph.video import store as store_video
from kinegraph.video.rules_suggestions import suggestion_key

SuggestionId = Annotated[
    strawberry.ID,
    strawberry.argument(description="The suggestion's id, also in its earlier form."),
]

NOT_ADDED = {
    "duplicate": "This video is suggested already.",
    "current": "This is the exercise's video already.",
    "rejected": "This video was suggested before, and rejected.",
    "full": f"There are {rules_moderation.MAX_SUGGESTIONS} suggestions already; they have to be decided first.",
}


@strawberry.type
class Mutation:
    @mutation("Say whether an exercise's video is good (coach access); a later vote replaces it, null takes it back.")
    @takes_input("The exercise, and the vote on its video.")
    async def vote_exercise_video(
        self,
        info: Info,
        exercise_id: ExerciseId,
        vote: Annotated[rules_video.VideoVote | None, strawberry.argument(description="Up, down, or null.")] = None,
    ) -> ExercisePayload:
        session = await info.context.write_session()
        row = await _coached(session, exercise_id)
        _require_stored_video(row)
        await store_video.vote(session, row.id, None if vote is None else vote == rules_video.VideoVote.UP)
        return await _payload_of_live(session, row.id)

    @mutation("Suggest a video for an exercise (coach access); whoever may write the exercise decides.")
    @takes_input("The exercise, and the video that is suggested for it.")
    async def suggest_exercise_video(
        self,
        info: Info,
        exercise_id: ExerciseId,
        url: Annotated[str, strawberry.argument(description="http(s) address of the video.")],
        note: Annotated[str | None, strawberry.argument(description="Why, at most 500 characters.")] = None,
    ) -> ExercisePayload:
        checks, row = Checks(), None
        address = checks.url(url, ("url",))
        reason = checks.text(note, ("note",), 500) if note else None
        session = await info.context.write_session()
        with checks.layer():
            row = await _coached(session, exercise_id)
        checks.done()
        assert row is not None
        suggested = rules_moderation.suggestion(address, session.viewer.user.id, reason, datetime.now(UTC))
        outcome = await store_video.suggest(session, row.id, suggested, rules_moderation.MAX_SUGGESTIONS)
        if outcome in NOT_ADDED:
            raise Conflict(NOT_ADDED[outcome], "url")
        return await _payload_of_live(session, row.id)

    @mutation(
        "Decide a suggested video: accepted, it becomes the exercise's video, verified; rejected, it is not suggested "
        "again. Platform admins for canonical exercises, coaches for their organization's own."
    )
    @takes_input("The exercise, the suggested video, and the decision.")
    async def decide_exercise_video(
        self,
        info: Info,
        exercise_id: ExerciseId,
        candidate_id: SuggestionId,
        accept: Annotated[bool, strawberry.argument(description="Whether it becomes the exercise's video.")],
    ) -> ExercisePayload:
        checks, row = Checks(), None
        wanted = suggestion_key(candidate_id)
        with checks.layer():
            if wanted is None:
                raise NotFound("There is no such suggestion.", "candidateId")
        session = await info.context.write_session()
        with checks.layer():
            row = await lock_writable(session, exercise_id, "exerciseId")
        if row is None and wanted is not None and wanted[0] is not None:
            with checks.layer():
                if (await suggested_videos(session, [wanted]))[0] is None:
                    raise NotFound("There is no such suggestion.", "candidateId")
        checks.done()
        assert row is not None and wanted is not None
        exercise, key = wanted
        found = next((each for each in row.video_candidates if each["id"] == key), None)
        if found is None or exercise not in (None, row.id):
            raise NotFound("There is no such suggestion.", "candidateId")
        if accept:
            values = {"video_url": found["url"], "video_status": rules_video.VideoStatus.VERIFIED}
            rules_video.require_unlocked(row, values, ("exerciseId",))
            await store.update(session, row.id, {**rules_video.video_columns(values, row.video_url), **values})
        await store_video.remove_suggestion(session, row.id, found["id"], rejected=not accept)
        return await exercise_payload(session, row.id)

    @mutation(
        "Say what moderation makes of an exercise's video: VERIFIED, DEMOTED, or back to AUTO or MANUAL. Platform "
        "admins for canonical exercises, coaches for their organization's own."
    )
    @takes_input("The exercise, and its video's new status.")
    async def set_exercise_video_status(
        self,
        info: Info,
        exercise_id: ExerciseId,
        status: Annotated[rules_video.VideoStatus, strawberry.argument(description="The new status.")],
    ) -> ExercisePayload:
        session = await info.context.write_session()
        row = await lock_writable(session, exercise_id, "exerciseId")
        _require_stored_video(row)
        await store.update(session, row.id, {"video_status": status})
        return await exercise_payload(session, row.id)

    @mutation(
        "Lock an exercise's video: its address, picture and length stay until it is unlocked, whatever is seeded. "
        "Platform admins for canonical exercises, coaches for their organization's own."
    )
    @takes_input("The exercise, and whether its video is locked.")
    async def lock_exercise_video(
        self,
        info: Info,
        exercise_id: ExerciseId,
        locked: Annotated[bool, strawberry.argument(description="Whether it is locked from now on.")],
    ) -> ExercisePayload:
        session = await info.context.write_session()
        row = await lock_writable(session, exercise_id, "exerciseId")
        _require_stored_video(row)
        if locked != (row.video_locked_by_user_id is not None):
            holder = session.viewer.user.id if locked else None
            await store.update(session, row.id, {"video_locked_by_user_id": holder})
        return await exercise_payload(session, row.id)


async def _coached(session: WriteSession[Viewer], exercise_id: str) -> rules.ExerciseRow:
    """The exercise that the viewer votes on or suggests a video for. Raises NotFound, and Forbidden for non-coaches."""
    row = (await store.by_ids(session, [require_key(rules.stored_id(exercise_id), "exerciseId")]))[0]
    if row is None or not rules.is_visible(session.viewer, row):
        raise NotFound("There is no such exercise.", "exerciseId")
    if not is_coached(session.viewer, row.organization_id):
        raise Forbidden("Only owners, admins and coaches may do this.", "exerciseId")
    return row


async def _payload_of_live(session: WriteSession[Viewer], id: UUID) -> ExercisePayload:
    """The payload of a mutation that read its exercise before it was locked. Raises NotFound if that was deleted."""
    written = await exercise_payload(session, id)
    row: Any = written.exercise
    if row.deleted_at is not None:
        raise NotFound("The exercise was deleted meanwhile.", "exerciseId")
    return written


def _require_stored_video(row: rules.ExerciseRow) -> None:
    """Raise NotFound for an exercise without a video."""
    if row.video_url is None:
        raise NotFound("The exercise has no video.", "exerciseId")

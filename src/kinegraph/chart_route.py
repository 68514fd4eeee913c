"""Charts over HTTP, at signed addresses: drawn when they are opened, of what their signer may read then."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kinegraph.adherence import rules_charts
from kinegraph.adherence import store as store_adherence
from kinegraph.api.media import SAFE
from kinegraph.audit.rules import seen
from kinegraph.audit.store import record
from kinegraph.enrollment.store import by_ids as enrollments_by_ids
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.sessions import ReadSession
from kinegraph.outside.addresses import AddressRefused, SignedAddresses
from kinegraph.record import rules_history, rules_training, store, store_history, store_training

HEADERS = {**SAFE, "Referrer-Policy": "no-referrer"}
Values = Mapping[str, str]


async def _exercise_history(session: ReadSession[Viewer], values: Values) -> str | None:
    athlete, exercise = UUID(values["athlete"]), UUID(values["exercise"])
    start, end = date.fromisoformat(values["from"]), date.fromisoformat(values["to"])
    if not (await store.are_athletes(session, [athlete]))[0]:
        return None
    (points,) = await store_history.points_of(session, [(athlete, exercise)], start, end)
    return rules_history.chart_of(await store_history.name_of(session, exercise, points), start, end, points)


async def _training_load(session: ReadSession[Viewer], values: Values) -> str | None:
    organization, athlete = UUID(values["organization"]), UUID(values["athlete"])
    start, end = date.fromisoformat(values["from"]), date.fromisoformat(values["to"])
    is_athlete = (await store.are_athletes(session, [athlete]))[0]
    if not is_athlete or session.viewer.organization(organization) is None:
        return None
    (rows,) = await store_training.trained_of(session, [(organization, athlete)], start, end)
    return rules_training.chart_of(rules_training.training_of(organization, athlete, start, end, rows))


async def _adherence(session: ReadSession[Viewer], values: Values) -> str | None:
    enrollment, to = UUID(values["enrollment"]), date.fromisoformat(values["to"])
    if (await enrollments_by_ids(session, [enrollment]))[0] is None:
        return None
    (row,) = await store_adherence.adherence_of(session, [enrollment], to)
    return rules_charts.adherence_chart(row) if row else None


async def _pain(session: ReadSession[Viewer], values: Values) -> str | None:
    enrollment, to = UUID(values["enrollment"]), date.fromisoformat(values["to"])
    found = await enrollments_by_ids(session, [enrollment])
    if found[0] is None:
        return None
    seen(session, "ExerciseLog", found)
    return rules_charts.pain_chart(to, await store_adherence.felt_by(session, enrollment, to))


CHARTS: Mapping[str, Callable[[ReadSession[Viewer], Values], Awaitable[str | None]]] = {
    rules_history.CHART: _exercise_history,
    rules_training.CHART: _training_load,
    rules_charts.ADHERENCE: _adherence,
    rules_charts.PAIN: _pain,
}
"""The charts by name: each is drawn from the parameters of its address; None for what the viewer may not read."""


async def _answer(request: Request) -> Response:
    """One request. Its signer is authenticated anew: an address shows no more than they may read now."""
    addresses: SignedAddresses = request.state.graphql.resources.addresses
    database: Database = request.state.database
    name = request.path_params["name"]
    try:
        values = addresses.verified(f"charts/{name}", request.query_params.multi_items())
        user, issued = UUID(values["user"]), float(values["issued"])
        async with database.read(authenticate_as(user, issued_at=issued)) as session:
            drawn = await CHARTS[name](session, values)
        await record(database, session.viewer, session.subjects)
    except AddressRefused as refused:
        return JSONResponse({"error": str(refused)}, 403, HEADERS)
    except Unauthenticated:
        return JSONResponse({"error": "This address is no longer valid; ask the API for a new one."}, 403, HEADERS)
    if drawn is None:
        return JSONResponse({"error": "There is no such chart."}, 404, HEADERS)
    cached = f"private, max-age={min(60, addresses.seconds_left(values))}"
    return Response(drawn, headers={**HEADERS, "Cache-Control": cached}, media_type="image/svg+xml")


ROUTE = Route("/charts/{name}", _answer)

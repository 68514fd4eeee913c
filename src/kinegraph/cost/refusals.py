"""The refusals of requests for their cost, as clients see them."""

from collections.abc import Mapping
from typing import Any  # `extensions` of an error: JSON

from kinegraph.cost.estimate import Costliest


class CostRefused(Exception):
    """A request that is refused for its cost, or for its caller's budget; answered with this status and error."""

    def __init__(
        self, status: int, code: str, message: str, extensions: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extensions = {"code": code, **extensions}
        self.headers = dict(headers)


def too_costly(cost: int, limit: int, costliest: Costliest) -> CostRefused:
    """The refusal of a request above the limit, with the field that costs most and how to shrink it."""
    path = ".".join(costliest.path)
    most = f", {costliest.cost:,} of it for `{path}`" if path else ""
    if costliest.page is not None and costliest.page > 1:
        fewer = max(1, min(costliest.page - 1, costliest.page * limit // (cost + 1)))
        remedy = f"ask for fewer rows of it, such as `first: {fewer}`, or select less below it"
    else:
        remedy = "select less below it, or send several requests"
    message = f"The request costs {cost:,}, and at most {limit:,} is allowed{most}: {remedy}."
    extensions = {"cost": cost, "limit": limit, "field": [*costliest.path], "fieldCost": costliest.cost}
    return CostRefused(400, "COST_LIMIT", message, extensions, {})

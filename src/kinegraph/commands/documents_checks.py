"""The faults of documents for `kinegraph documents import` and `check`: those for which the server refuses them."""

from collections.abc import Iterator
from typing import Any  # a document and a schema as the API parses them

from kinegraph.api.documents import COSTS, refused, valid
from kinegraph.cost.aliases import TooManyAliases
from kinegraph.cost.meter import require_within
from kinegraph.cost.refusals import CostRefused
from kinegraph.live import limits_of
from kinegraph.settings import Settings


class Checks:
    """The checks of documents against a schema, by default this version's, and the limits of the settings.

    What a document costs is checked in this version's schema only, whose lists have sizes.
    """

    def __init__(self, settings: Settings, schema: Any = None) -> None:
        self._max_cost = settings.max_cost
        self._limits = limits_of(settings).document
        self._schema = schema

    def checked(self, text: str) -> Any:
        """The document of a text that can be executed. Raises DocumentError."""
        if self._schema is not None:
            return valid(text, self._schema, self._limits)
        node = valid(text, limits=self._limits)
        for fault in self._excesses(node):
            raise refused(fault)
        return node

    def _excesses(self, node: Any) -> Iterator[str]:
        """The refusals of aliases, and of operations that cost too much whatever their variables are."""
        try:
            formulas = COSTS.formulas(node, self._limits.alias_limits)
        except TooManyAliases as error:
            yield str(error)
            return
        for name, formula in formulas.items():
            try:
                require_within(*formula.least(), self._max_cost)
            except CostRefused as error:
                which = f"The operation {name}" if name else "It"
                yield f"{which} is never executed, whatever its variables are. {error.message}"

"""The worst answers of the open part, with the rows that came first instead."""

from collections.abc import Iterator, Sequence

from search_bench.ask import scored
from search_bench.metrics import MEANT
from search_bench.queries import KINDS, Query
from search_bench.weights import Answers

WORST_OF_A_KIND = 25
GOOD = 0.6
SHOWN = 6


def report(answers: Answers) -> str:
    """By kind of query: its worst answers, each with nDCG@10, the rows that are meant, and the first hits."""
    return "\n".join(_lines(answers))


def _lines(answers: Answers) -> Iterator[str]:
    for kind, meaning in KINDS.items():
        of_kind = [query for query in answers if query.kind == kind and not query.is_held_out]
        measured = {query: scored(query, [hit.key for hit in answers[query]]).ndcg for query in of_kind}
        worst = sorted((q for q in of_kind if measured[q] < GOOD), key=lambda q: measured[q])
        yield f"\n== {kind} ({meaning}): {len(worst)} of {len(of_kind)} below {GOOD}"
        for query in worst[:WORST_OF_A_KIND]:
            yield _line(query, measured[query], [hit.key for hit in answers[query]])


def _line(query: Query, ndcg: float, keys: Sequence[str]) -> str:
    meant = [key for key, grade in query.judgments.items() if grade == MEANT]
    first = ", ".join(f"{key} ({query.judgments.get(key, 0)})" for key in keys[:SHOWN]) or "nothing"
    return f"{ndcg:.2f} {query.language} {query.text!r}: meant {', '.join(meant[:SHOWN])}; came {first}"

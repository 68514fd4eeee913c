"""The tables that are printed."""

from collections.abc import Callable, Mapping, Sequence

from search_bench.metrics import Score, mean
from search_bench.queries import KINDS, LANGUAGES, Query

Scores = Mapping[Query, Score]
"""The score of each query's answer, in one way of searching."""

COLUMNS = (*LANGUAGES, "all")


def _cell(chosen: Sequence[Score]) -> str:
    """Number of queries, nDCG@10, MRR and success@1; blank without queries."""
    if not chosen:
        return " " * 22
    m = mean(chosen)
    return f"{len(chosen):4d}  {m.ndcg:.3f} {m.mrr:.3f} {m.success:.2f}"[:22].ljust(22)


def _line(title: str, scores: Scores, is_in: Callable[[Query], bool]) -> str:
    chosen = {query: score for query, score in scores.items() if is_in(query)}
    cells = [_cell([s for q, s in chosen.items() if name in (q.language, "all")]) for name in COLUMNS]
    return f"{title:<24}" + "  ".join(cells)


def head(title: str) -> str:
    """The head of a table of languages: for each, number of queries, nDCG@10, MRR and success@1."""
    return f"\n{title:<24}" + "  ".join(f"{name + '    n  nDCG  MRR   S@1':<22}" for name in COLUMNS)


def by_kind(scores: Scores) -> str:
    """The open part by kind of query, then the open and the held-out part as wholes."""
    opened = {query: score for query, score in scores.items() if not query.is_held_out}
    rows = [_line(kind, {q: s for q, s in opened.items() if q.kind == kind}, lambda q: True) for kind in KINDS]
    rows.append(_line("all kinds", scores, lambda q: not q.is_held_out))
    rows.append(_line("held out", scores, lambda q: q.is_held_out))
    rows.append(_line("held out, misspelled", scores, lambda q: q.is_held_out and q.kind == "misspelled"))
    return "\n".join(rows)


def by_way(ways: Mapping[str, Scores]) -> str:
    """Each way of searching (a mode, a list alone, all but one part), over the open part."""
    return "\n".join(_line(title, scores, lambda q: not q.is_held_out) for title, scores in ways.items())


def differences(whole: Scores, ways: Mapping[str, Scores]) -> str:
    """The change of nDCG@10 by leaving out each part, over the open part: by language, and on misspellings."""

    def means(scores: Scores) -> Sequence[float]:
        opened = {query: score for query, score in scores.items() if not query.is_held_out}
        chosen = [[s for q, s in opened.items() if name in (q.language, "all")] for name in COLUMNS]
        chosen.append([s for q, s in opened.items() if q.kind == "misspelled"])
        return [mean(each).ndcg if each else float("nan") for each in chosen]

    before = means(whole)
    rows = ["\n" + f"{'nDCG@10 without':<24}" + "".join(f"{name:>12}" for name in (*COLUMNS, "misspelled"))]
    for title, scores in ways.items():
        changes = [after - old for after, old in zip(means(scores), before, strict=True)]
        rows.append(f"{title:<24}" + "".join(f"{change:>+12.3f}" for change in changes))
    return "\n".join(rows)

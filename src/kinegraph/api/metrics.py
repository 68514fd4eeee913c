"""Metrics of the process, in Prometheus's text format."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kinegraph.api.executor import PLANS
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.kit.cache import Cache
from kinegraph.kit.database import Database


async def metrics(request: Request) -> Response:
    """For Prometheus: how operations were executed, and what the caches did and hold."""
    lines = [
        "# HELP kinegraph_operations_total Operations by executor, and why graphql-core had to do them.",
        "# TYPE kinegraph_operations_total counter",
    ]
    for reason, count in sorted(PLANS.counted.items()):
        executor = "graphql-core" if reason else "breadth-first"
        lines.append(f'kinegraph_operations_total{{executor="{executor}",reason="{reason}"}} {count}')
    lines += [
        "# HELP kinegraph_persisted_documents_total Texts found by hash or id, by place; missed; and registered.",
        "# TYPE kinegraph_persisted_documents_total counter",
    ]
    endpoint: GraphQLEndpoint = request.state.graphql
    for event, count in sorted(endpoint.persisted.counts.items()):
        lines.append(f'kinegraph_persisted_documents_total{{event="{event}"}} {count}')
    lines += [
        "# HELP kinegraph_query_vectors_total Vectors of queries, by the place where they were found, or none.",
        "# TYPE kinegraph_query_vectors_total counter",
    ]
    for place, count in sorted(endpoint.resources.vectors.counts.items()):
        lines.append(f'kinegraph_query_vectors_total{{place="{place}"}} {count}')
    database: Database = request.state.database
    lines += _cache_lines({"answers": database.cache, "requests": database.request_cache})
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _cache_lines(caches: Mapping[str, Cache]) -> list[str]:
    """Events and bytes of each cache, by the kind of entry, and its bound."""
    lines = [
        "# HELP kinegraph_cache_events_total Lookups of entries that hit or missed, and entries evicted.",
        "# TYPE kinegraph_cache_events_total counter",
    ]
    for name, cache in caches.items():
        for (event, kind), count in sorted(cache.counts.items(), key=str):
            lines.append(f'kinegraph_cache_events_total{{cache="{name}",kind="{kind}",event="{event}"}} {count}')
    lines += [
        "# HELP kinegraph_cache_bytes Bytes that entries take in memory.",
        "# TYPE kinegraph_cache_bytes gauge",
    ]
    for name, cache in caches.items():
        for kind, count in sorted(cache.bytes_by_kind().items(), key=str):
            lines.append(f'kinegraph_cache_bytes{{cache="{name}",kind="{kind}"}} {count}')
    lines += [
        "# HELP kinegraph_cache_max_bytes Maximum size of a cache.",
        "# TYPE kinegraph_cache_max_bytes gauge",
    ]
    return [*lines, *(f'kinegraph_cache_max_bytes{{cache="{name}"}} {c.max_bytes}' for name, c in caches.items())]

"""Concurrent executions are independent, and a cancelled execution leaves no tasks and no garbage."""

import asyncio
import gc
from typing import Any  # arguments of a resolver that ignores them

from graphql.execution.executor import Executor

from tests.breadth.test_cases import BREADTH_FIRST, FRIENDS, family
from tests.breadth.thing_schema import SCHEMA, Breadth, Thing, run


async def test_concurrent_executions_give_the_same_answers_as_sequential_ones() -> None:
    documents = list(BREADTH_FIRST.values()) * 8
    expected = [(await run(Executor, document, family(), FRIENDS)).data for document in documents]
    found = await asyncio.gather(*(run(Breadth, document, family(), FRIENDS) for document in documents))
    assert [result.data for result in found] == expected


async def test_an_execution_that_is_cancelled_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    arrived, never = asyncio.Event(), asyncio.Event()

    async def wait(*_: Any) -> Any:
        arrived.set()
        await never.wait()

    field = SCHEMA.type_map["Thing"].fields["later"]  # type: ignore[attr-defined]  # it is an object type
    original, field.resolve = field.resolve, wait
    try:
        document = "{ thing { later children { later } a: later } }"
        execution = asyncio.create_task(run(Breadth, document, Thing(children=[Thing(), Thing()]), {}))
        await arrived.wait()
        execution.cancel()
        assert isinstance((await asyncio.gather(execution, return_exceptions=True))[0], asyncio.CancelledError)
    finally:
        field.resolve = original
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_an_execution_leaves_nothing_for_the_garbage_collector_to_find() -> None:
    document = "{ thing { id children { id friend { id inner { size } } friends { id } } } }"
    root = family()
    await run(Breadth, document, root, FRIENDS)
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            await run(Breadth, document, root, FRIENDS)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        ours = [each for each in gc.garbage if type(each).__module__.startswith("kinegraph")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert ours == []

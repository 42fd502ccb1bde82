"""Make calls for many values, several at once, and judge their results one by one in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from pytest_zstack_ticket.client.call_gate import in_context, settled

Value = TypeVar("Value")
Result = TypeVar("Result")


def in_window(
    call: Callable[[Value], Result], values: Iterable[Value], *, window: int
) -> Iterator[tuple[Value, Result]]:
    """Yield each value with what `call` returns for it; with a window of 1 each is called when it is asked for.

    With a larger one, twice as many values are taken at once, and nothing is under way while one of them is judged.
    """
    if window <= 1:
        for value in values:
            yield value, call(value)
        return
    waiting = iter(values)
    while chunk := list(islice(waiting, 2 * window)):
        with ThreadPoolExecutor(min(window, len(chunk))) as pool:
            inside = in_context(call)
            results = [one.result() for one in settled([pool.submit(inside, value) for value in chunk])]
        yield from zip(chunk, results, strict=True)

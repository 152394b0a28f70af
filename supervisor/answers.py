"""Queries that every process with actors answers: its snapshot and its tree."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from actors.channels.live import TakeSnapshot
from actors.channels.query import QueryFailed
from actors.messages import Snapshot, Tree
from supervisor.node import Node

SNAPSHOT_S = 5.0
CHUNK_BYTES = 4 * 1024 * 1024


def snapshot_of(node: Node) -> Callable[[Any], Iterator[Any]]:
    """From the publisher itself, in chunks that all carry the same frame."""

    def answer(_query: Any) -> Iterator[Snapshot]:
        publisher = node.addresses.get("publisher")
        if publisher is None:
            raise QueryFailed(f"{node.name} is still starting; ask again")
        whole: Snapshot = publisher.ask(TakeSnapshot(), timeout_s=SNAPSHOT_S)
        chunk: list[bytes] = []
        size = 0
        for body in whole.bodies:
            chunk.append(body)
            size += len(body)
            if size > CHUNK_BYTES:
                yield Snapshot(whole.frame, tuple(chunk))
                chunk, size = [], 0
        yield Snapshot(whole.frame, tuple(chunk))

    return answer


def tree_of(node: Node) -> Callable[[Any], Iterator[Any]]:
    def answer(_query: Any) -> Iterator[Tree]:
        yield Tree(node.name, os.getpid(), asdict(node.tree()))

    return answer

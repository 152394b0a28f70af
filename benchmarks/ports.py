"""Ports for servers that start after theirs is written down, and for those that come back to it."""

import fcntl
import os
import socket
import tempfile
from contextlib import suppress
from itertools import count as counting
from pathlib import Path

BELOW_CLIENTS = range(16_000, 32_000)
"""The system hands none of these to a client, or to a server that asks for any port."""

_held: set[int] = set()
_next = counting(os.getpid() * 211)
"""Each process begins at a place of its own."""
_file = os.open(Path(tempfile.gettempdir()) / f"steward-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT, 0o600)
"""One byte a port. Whose process has it locked may use the port, until the process ends."""


def free_ports(count: int) -> tuple[int, ...]:
    """At 127.0.0.1, TCP and UDP: nobody listens there, and no other process is given them."""
    return tuple(free_port() for _ in range(count))


def free_port() -> int:
    """Raises OSError when all are in use."""
    for _ in BELOW_CLIENTS:
        port = BELOW_CLIENTS[next(_next) % len(BELOW_CLIENTS)]
        if port not in _held and _is_ours(port) and _is_free(port):
            _held.add(port)
            return port
    raise OSError(f"ports {BELOW_CLIENTS[0]} to {BELOW_CLIENTS[-1]} are all in use; end what listens there")


def _is_ours(port: int) -> bool:
    with suppress(OSError):
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        return True
    return False


def _is_free(port: int) -> bool:
    with suppress(OSError):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(type=kind) as probe:
                probe.bind(("127.0.0.1", port))
        return True
    return False

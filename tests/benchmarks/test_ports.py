import itertools
import socket
import subprocess
import sys

import pytest

from benchmarks import ports
from benchmarks.ports import BELOW_CLIENTS, free_port, free_ports

OTHERS = "from benchmarks.ports import *; print(*free_ports(400)); input()"


def test_no_port_is_given_twice_to_no_process() -> None:
    own = free_ports(400)
    with subprocess.Popen(
        [sys.executable, "-c", OTHERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = [int(port) for port in other.stdout.readline().split()]
        own += free_ports(400)
        other.communicate("\n")
    assert len({*own, *theirs}) == 1200
    assert {*own, *theirs} <= set(BELOW_CLIENTS)


def test_where_somebody_listens_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a port that no other process can be given meanwhile."""
    own = free_port()

    def given_again() -> int:
        monkeypatch.setattr(ports, "_next", itertools.count(own - BELOW_CLIENTS[0]))
        monkeypatch.setattr(ports, "_held", set())
        return free_port()

    assert given_again() == own
    with socket.create_server(("127.0.0.1", own)):
        assert given_again() != own

"""Files that no record holds go; what lies in the recycle bin keeps its own."""

import os
from pathlib import Path
from typing import Any

import pytest

from business.attachments.store import Attachments
from business.property.entities import ENTITIES
from business.registry.attached import clear_attachments, held
from business.registry.messages import EraseRecords, RemoveRecords
from tests.business.estate import Estate

pytestmark = pytest.mark.both_databases
PNG = b"\x89PNG\r\n\x1a\n"


def test_a_file_stays_as_long_as_a_record_holds_it(estate: Estate, tmp_path: Path) -> None:
    """B13, B14."""
    store = Attachments(tmp_path)
    names = [store.keep(PNG + bytes([number])) for number in range(3)]
    for name in names:
        kept = store.find(name)
        assert kept is not None
        os.utime(kept.path, (0, 0))
    pet = estate.create("pet", name="豆豆", pictures=", ".join(names[:2]))
    with estate.read() as session:
        assert held(session, ENTITIES) == set(names[:2])
    job = clear_attachments(store, ENTITIES, estate.read)
    context: Any = None
    assert [step.done for step in job.work(context)] == [1]
    estate.do(RemoveRecords("pet", (pet,)))
    assert [step.done for step in job.work(context)] == [0]
    estate.do(EraseRecords("pet", (pet,), "登记错误"))
    assert [step.done for step in job.work(context)] == [2]
    assert all(store.find(name) is None for name in names)

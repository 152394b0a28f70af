"""A bench of jobs for every test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import URL

from tests.business.jobs.bench import Bench


@pytest.fixture
def make_bench(database: URL) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*kinds: Any, **how: Any) -> Bench:
        made.append(Bench(database, *kinds, **how))
        return made[-1]

    yield make
    for bench in made:
        bench.close()

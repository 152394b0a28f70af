"""A bench of jobs for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.business.jobs.bench import Bench


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*kinds: Any, **how: Any) -> Bench:
        made.append(Bench(tmp_path, *kinds, **how))
        return made[-1]

    yield make
    for bench in made:
        bench.close()

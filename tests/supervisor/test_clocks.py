"""How far the clocks of the field processes are off."""

import time
from collections.abc import Iterator

import pytest

from actors.channels.live import Publish, Publisher
from actors.loop import IoLoop
from actors.messages import Beat
from actors.newest import Newest
from actors.paths import RunPaths
from supervisor.clocks import Clocks

WITHIN_S = 30.0


class Watched:
    """Clocks that listen to one field process."""

    def __init__(self, paths: RunPaths) -> None:
        self._loop = IoLoop()
        self._loop.start()
        self._publisher = Publisher.start(
            "publisher", None, process="field", endpoint=paths.live("field"), newest=Newest()
        )
        self.clocks = Clocks(self._loop, paths)
        self.clocks.start()
        self.clocks.use(("field",))

    def beat(self, off_s: float) -> None:
        """Beats with a clock that is off, until the offset shows it."""
        deadline = time.monotonic() + WITHIN_S
        while abs((self.clocks.offset_s("field") or 1e9) - off_s) > 0.2:
            assert time.monotonic() < deadline
            beat = Beat("field", 1, 0, time.time_ns() + round(off_s * 1e9), 1, {})
            self._publisher.tell(Publish("node/field/", beat))
            time.sleep(0.01)

    def close(self) -> None:
        assert self.clocks.stop(WITHIN_S)
        self._publisher.stop(timeout=WITHIN_S)
        self._loop.stop()


@pytest.fixture
def watched(paths: RunPaths) -> Iterator[Watched]:
    watched = Watched(paths)
    yield watched
    watched.close()


def test_an_offset_is_not_known_before_the_first_beat(watched: Watched) -> None:
    assert watched.clocks.offset_s("field") is None
    watched.beat(0.05)
    assert watched.clocks.offset_s("other") is None


def test_a_clock_that_is_off_is_logged_once_and_when_it_is_right_again(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    """R-44."""
    caplog.set_level("INFO", "supervisor.clocks")
    for off_s in (0.3, -3600.0, -3599.0, 0.3):
        watched.beat(off_s)
    said = [record.getMessage() for record in caplog.records if record.name == "supervisor.clocks"]
    assert len(said) == 2
    assert "the clock of field is off by -3600" in said[0]
    assert "right again" in said[1]


def test_other_field_processes_are_listened_to_instead(watched: Watched) -> None:
    watched.beat(0.3)
    watched.clocks.use(())
    watched.clocks.use(("field",))
    watched.beat(2.0)

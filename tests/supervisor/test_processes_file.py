"""What `steward status` reads of the processes."""

import json
import time
from pathlib import Path

from supervisor.run import Process, Processes


def test_the_state_file_shows_all_that_became_ready_at_one_moment(tmp_path: Path) -> None:
    """Every watcher thread writes it: an older look must never be the last to be written."""
    file = tmp_path / "processes.json"
    children = Processes(state_file=file)
    children.keep([Process(f"child-{n}", "tests.supervisor.announcing_child") for n in range(8)])
    try:
        assert children.wait_ready(30.0) == ()
        deadline = time.monotonic() + 5.0
        while _states(file) != {"running"}:
            assert time.monotonic() < deadline, file.read_text()
            time.sleep(0.01)
    finally:
        assert children.stop() == ()


def _states(file: Path) -> set[str]:
    return {state["state"] for state in json.loads(file.read_text()).values()} if file.exists() else set()

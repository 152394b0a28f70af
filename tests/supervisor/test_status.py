"""`steward status`: what runs, and what does not answer."""

import json
import os
from typing import Any

import pytest

from actors.paths import RunPaths
from supervisor import status as module
from supervisor.status import collect, show


def write(paths: RunPaths, **states: Any) -> None:
    (paths.root / "processes.json").write_text(json.dumps(states))


def state(**more: Any) -> dict[str, Any]:
    return {"state": "running", "pid": os.getpid(), "restarts": 0} | more


def test_nothing_runs(paths: RunPaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(paths, as_json=False) == 1
    assert f"nothing runs in {paths.root}; start it with steward run" in capsys.readouterr().err


def test_a_process_that_does_not_answer_is_shown_with_the_error(
    paths: RunPaths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.1)
    write(paths, core=state(), watchdog=state(restarts=3), field=state(state="faulted"))
    assert "did not answer within 0.1 s" in collect(paths)["core"]["error"]
    assert show(paths, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["core", "running", "pid", str(os.getpid()), "restarts", "0"]
    assert "did not answer" in lines[1]
    assert lines[2].split() == ["watchdog", "running", "pid", str(os.getpid()), "restarts", "3"]
    assert lines[3].split()[:2] == ["field", "faulted"]


def test_as_json_it_is_one_object(paths: RunPaths, capsys: pytest.CaptureFixture[str]) -> None:
    write(paths, watchdog=state())
    assert show(paths, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"watchdog": state()}


def test_a_tree_is_indented_and_shows_errors_and_what_was_shed() -> None:
    leaf = {
        "name": "d1", "state": "faulted", "restarts": 4, "inbox": 1, "inbox_max": 9, "messages": 7, "shed": 2,
        "error": "a defect", "children": [],
    }  # fmt: skip
    root = leaf | {"name": "field", "shed": 0, "error": "", "children": [leaf]}
    first, second = module._lines(root, 1)
    assert first.startswith("  field ")
    assert second.startswith("    d1 ")
    assert second.endswith("inbox 1/9 messages 7 shed 2  a defect")
    assert "shed" not in first

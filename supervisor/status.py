"""`steward status`: the processes of a running site and the actors in them."""

import json
import sys
from typing import Any

from actors.channels.query import QueryFailed
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import QUERIES
from actors.messages import ReadTree, Tree
from actors.paths import RunPaths

ANSWER_S = 2.0
WITH_ACTORS = frozenset({"core", "historian", "notifier", "office"})


def collect(paths: RunPaths) -> dict[str, Any]:
    """Process name -> its state as its parent sees it, with `tree` or, when it does not answer, `error`."""
    file = paths.processes
    try:
        states: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    for name, state in states.items():
        if state["state"] != "running" or not _has_actors(paths, name):
            continue
        try:
            tree = BlockingQueryClient(paths.query(name), QUERIES).one(ReadTree(), timeout_s=ANSWER_S)
        except QueryFailed as error:
            state["error"] = str(error)
            continue
        assert isinstance(tree, Tree)
        state["tree"] = tree.root
    return states


def show(paths: RunPaths, *, as_json: bool) -> int:
    states = collect(paths)
    if not states:
        sys.stderr.write(f"nothing runs in {paths.root}; start it with steward run or steward demo\n")
        return 1
    if as_json:
        sys.stdout.write(json.dumps(states, ensure_ascii=False, indent=1) + "\n")
        return 0
    for name, state in states.items():
        sys.stdout.write(
            f"{name:<12} {state['state']:<9} pid {state['pid']:<8} restarts {state['restarts']}\n"
        )
        if "error" in state:
            sys.stdout.write(f"  {state['error']}\n")
        if "tree" in state:
            for line in _lines(state["tree"], 1):
                sys.stdout.write(line + "\n")
    return 0


def _lines(node: dict[str, Any], depth: int) -> list[str]:
    indent = "  " * depth
    about = f"{indent}{node['name']:<{max(1, 34 - len(indent))}} {node['state']:<9}"
    about += f" restarts {node['restarts']:<3} inbox {node['inbox']}/{node['inbox_max']}"
    about += f" messages {node['messages']}"
    if node["shed"]:
        about += f" shed {node['shed']}"
    if node["error"]:
        about += f"  {node['error']}"
    found = [about]
    for child in node["children"]:
        found += _lines(child, depth + 1)
    return found


def _has_actors(paths: RunPaths, name: str) -> bool:
    return name in WITH_ACTORS or paths.field(name).conditions.exists()

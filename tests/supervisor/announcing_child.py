"""A process that says at once that it is ready, and lives until its lifeline closes."""

import sys

from supervisor.lifeline import announce


def main() -> int:
    announce(ready=True)
    sys.stdin.read()
    return 0

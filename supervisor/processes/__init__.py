"""One module a process: what it composes. `supervisor.nursery` forks them, and runs their `main`."""

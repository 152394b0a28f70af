"""One module a process: what it composes. Started by `supervisor.run` as `python -m supervisor.processes.NAME`."""

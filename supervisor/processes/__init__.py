"""One module a process: what it composes. `supervisor.run` starts `python -m supervisor.processes.NAME`."""

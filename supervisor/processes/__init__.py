"""One module a process: what it composes. `supervisor.run` starts `python -m supervisor.processes.NAME`."""

import gc
import sys

if any(argument.startswith(f"{__name__}.") for argument in sys.orig_argv):
    # To collect again and again among modules that stay costs a third of a start: `parse` begins with it.
    gc.disable()

"""`core` that gives a configuration version on trial less time: composed as the real one."""

import sys

from supervisor import changeover
from supervisor.processes import core

changeover.TRIAL_S = 20.0

if __name__ == "__main__":
    sys.exit(core.main())

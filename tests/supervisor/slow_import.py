"""A module that takes longer to import than a stop may take."""

import time

time.sleep(30)

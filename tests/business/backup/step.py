"""Does one thing with a run directory and dies hard at the n-th change of a name on the disk, for the tests.

`python -m tests.business.backup.step back_up|restore|snapshot RUN AT`
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from business.backup.plan import from_folder
from tests.business.backup.estate import Estate, done

CHANGES = {"os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir", "shutil.rmtree"}


def main(what: str, run: str, at: int) -> None:
    estate, left = Estate(Path(run)), at

    def count(event: str, _arguments: Any) -> None:
        nonlocal left
        if event in CHANGES:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    match what:
        case "back_up":
            estate.now_ns += 86_400 * 10**9
            estate.back_up()
        case "snapshot":
            estate.now_ns += 86_400 * 10**9
            done(estate.snapshot())
        case "restore":
            estate.restore(from_folder(estate.paths.backups))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

"""A serial cable: two pseudo-terminals that socat joins, which can be pulled out and put in again."""

import asyncio
from pathlib import Path

from tests.drivers.plant import until


class Cable:
    """`ours` and `theirs` are the paths of its ends. The folder must be short-lived and private."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.theirs = str(folder / "ours"), str(folder / "theirs")
        self._socat: asyncio.subprocess.Process | None = None

    async def plug(self) -> None:
        ends = (f"PTY,raw,echo=0,link={end}" for end in (self.ours, self.theirs))
        self._socat = await asyncio.create_subprocess_exec("socat", *ends)
        await until(lambda: Path(self.ours).exists() and Path(self.theirs).exists())

    async def pull(self) -> None:
        """Both ports disappear, as a USB adapter does that is unplugged."""
        if self._socat is None:
            return
        socat, self._socat = self._socat, None
        socat.terminate()
        await socat.wait()
        await until(lambda: not Path(self.ours).is_symlink() and not Path(self.theirs).is_symlink())

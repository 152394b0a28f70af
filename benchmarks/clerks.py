"""Business commands at a steady rate, as a process of its own: `python -m benchmarks.clerks RUN PASSWORD`.

It logs in and registers people until its standard input ends; then it prints how many it was told are done,
over how many seconds.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path

from actors.channels.command_client import BlockingCommandClient, CommandClient
from actors.messages import Issuer, Stage
from actors.paths import RunPaths
from benchmarks.campus import CLERK
from business.access import Authority
from business.commands import BUSINESS_COMMANDS
from business.database import open_reader, sqlite_url
from business.demo.numbers import mobile
from business.identity.messages import LogIn
from business.identity.model import Place
from business.identity.tokens import fingerprint, new_token
from business.registry.messages import CreateRecord, Raw

PER_S = 200
AT_ONCE = 16
"""Commands that may be under way; at a slower office the rest is not sent later."""
TTL_S = 10.0


def main() -> int:
    paths, password = RunPaths(Path(sys.argv[1])), sys.argv[2]
    done, seconds = asyncio.run(_work(paths, enter(paths, password)))
    print(json.dumps({"done": done, "seconds": seconds}))
    return 0


def enter(paths: RunPaths, password: str) -> Issuer:
    token = new_token()
    log_in = LogIn(CLERK, password, fingerprint(token), Place.OFFICE, "127.0.0.1", "bench", "")
    office = BlockingCommandClient(paths.command("office"), BUSINESS_COMMANDS)
    assert office.ask(log_in, Issuer("", "", "127.0.0.1"), TTL_S).stage is Stage.DONE
    engine = open_reader(sqlite_url(paths.business))
    try:
        person = Authority(engine, time.time_ns).bearer(token)
    finally:
        engine.dispose()
    assert person is not None
    return Issuer(person.user, person.session, "127.0.0.1")


async def _work(paths: RunPaths, clerk: Issuer) -> tuple[int, float]:
    loop, dice, done = asyncio.get_running_loop(), random.Random(0), 0
    ended = loop.run_in_executor(None, sys.stdin.read)
    client = CommandClient(paths.command("office"), BUSINESS_COMMANDS)
    places = asyncio.Semaphore(AT_ONCE)
    await client.start()
    async with asyncio.TaskGroup() as tasks:

        async def send() -> None:
            nonlocal done
            values: dict[str, Raw] = {
                "name": f"租户{dice.randrange(10**6)}",
                "category": "tenant",
                "phone": mobile(dice),
            }
            result = await client.ask(CreateRecord("person", values), clerk, TTL_S)
            places.release()
            assert result.stage is Stage.DONE, result
            done += 1

        began = due = time.monotonic()
        while not ended.done():
            await places.acquire()
            tasks.create_task(send())
            due = max(due + 1 / PER_S, time.monotonic() - 1 / PER_S)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        seconds = time.monotonic() - began
    await client.stop()
    return done, seconds


if __name__ == "__main__":
    sys.exit(main())

"""`steward discover`: what is on a line, behind a server, in a network; straight there, through no site."""

import asyncio
import json
import os
import time
import tomllib
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config.problems import Problems, Where
from config.secrets import SecretError, secret
from config.text import Text
from config.validate import validated
from drivers.cadence import Ticks
from drivers.driver import DriverError, Reading, Surroundings
from drivers.explorers import EXPLORERS
from drivers.exploring import Explorer
from drivers.shares import Shares
from supervisor.refused import Refused

Say = Callable[[str], None]

_NOTHING = Text(
    "没有找到：请核对接口、地址、端口、接线、波特率和校验，以及设备是否通电",
    "nothing was found: check interface, address and port, power, wiring, baud rate and parity",
)


def discover(
    protocol: str, told: Sequence[str], secrets: Path, language: str, say: Say, *, as_json: bool
) -> int:
    """Say a line for everything found; the exit status. `told` are words like host=10.0.0.5."""
    try:
        explorer = _explorer(protocol)
        where = _where(explorer.where, told)
        found = asyncio.run(_explore(explorer, where, secrets, say, as_json=as_json))
    except Refused as error:
        say(error.why.in_language(language))
        return 1
    except (DriverError, SecretError) as error:
        say(Text(f"{protocol} 查找失败：{error.why.zh}", error.why.en).in_language(language))
        return 1
    if not found and not as_json:
        say(_NOTHING.in_language(language))
    return 0


def _explorer(protocol: str) -> Explorer:
    if protocol not in EXPLORERS:
        known = sorted(EXPLORERS)
        raise Refused(
            f"不能探测 {protocol}；可用：{'、'.join(known)}",
            f"{protocol!r} cannot be explored; these can: {', '.join(known)}",
        )
    return EXPLORERS[protocol]


def _where(model: type[BaseModel], told: Sequence[str]) -> BaseModel:
    values: dict[str, Any] = {}
    for word in told:
        name, is_said, value = word.partition("=")
        if not is_said:
            known = "\n".join(
                f"  {field}: {info.description}".removesuffix(": None")
                for field, info in model.model_fields.items()
            )
            raise Refused(
                f"{word!r} 不是 名称=值；可用：\n{known}",
                f"{word!r} is not one of these, as name=value:\n{known}",
            )
        field = model.model_fields.get(name)
        values[name] = value if field is not None and field.annotation is str else _value(value)
    problems = Problems()
    found = validated(model, values, Where("").at, problems)
    if found is None:
        wrong = problems.all()
        en = "\n".join(f"{one.message}. {one.suggestion}".rstrip(" .") for one in wrong)
        raise Refused("\n".join(one.zh or one.message for one in wrong), en)
    return found


def _value(word: str) -> Any:
    """A number or a flag as TOML has it, else the text itself."""
    try:
        found = tomllib.loads(f"value = {word}")["value"]
    except tomllib.TOMLDecodeError:
        return word
    return found if isinstance(found, int | float) and str(found) == word else word


class _Nowhere:
    """No plant: nothing that explores reads other devices."""

    def reading(self, device: str, point: str) -> Reading | None:
        return None


async def _explore(explorer: Explorer, where: BaseModel, secrets: Path, say: Say, *, as_json: bool) -> int:
    shares, ticks = Shares(time.monotonic), Ticks(time.monotonic)
    surroundings = Surroundings(
        shares, ticks, _Nowhere(), lambda: True, time.monotonic, time.time_ns,
        secret=lambda name: secret(name, os.environ, directory=secrets, shortest=1),
    )  # fmt: skip
    count = 0
    try:
        rows: Any = explorer.explore(where, surroundings)
        async with aclosing(rows):
            async for row in rows:
                count += 1
                plain = "  ".join(f"{name}={value}" for name, value in row.items() if value)
                say(json.dumps(row, ensure_ascii=False) if as_json else plain)
    finally:
        ticks.close()
        await shares.close()
    return count

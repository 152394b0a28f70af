"""The data of writes and commands: who asks, by which password, and what for. Pure. Sections 7.3 to 7.13."""

from datetime import datetime

from config.problems import Unfit
from drivers import bcd
from drivers.dlt645.clock import told
from drivers.dlt645.schema import Control

RELAY_TRIP, RELAY_PERMIT, RELAY_CLOSE = 0x1A, 0x1B, 0x1C
ALARM, ALARM_OFF = 0x2A, 0x2B
KEEP, KEEP_OFF = 0x3A, 0x3B
AT_ONCE = b"\x99\x99\x99\x99"
"""The time of a freeze that is to be now."""
EVERY_EVENT = b"\xff\xff\xff\xff"


def authority(level: int, password: str, operator: str = "") -> bytes:
    """PA P0 P1 P2 and, from 2007 on, C0 to C3. Raises Unfit when it is no password."""
    if len(password) != 6 or not (password.isascii() and password.isdecimal()):
        raise Unfit("表计的口令应为 6 位数字", "the password of a meter has 6 digits")
    said = bcd.packed(level, 1) + bcd.packed(int(password), 3)
    return said + bcd.packed(int(operator), 4) if operator else said


def control_code(control: Control, *, on: bool, direct_close: bool) -> int:
    """N1 of a command 1C."""
    match control:
        case Control.RELAY if on:
            return RELAY_CLOSE if direct_close else RELAY_PERMIT
        case Control.RELAY:
            return RELAY_TRIP
        case Control.ALARM:
            return ALARM if on else ALARM_OFF
        case Control.KEEP:
            return KEEP if on else KEEP_OFF
    raise ValueError(f"{control} is no command of the relay")


def control_data(authority_: bytes, code: int, until: datetime) -> bytes:
    """Of 1C in plain form; `until` is by the meter's clock, after which it does not obey any more."""
    return authority_ + bytes((code, 0)) + told(until)

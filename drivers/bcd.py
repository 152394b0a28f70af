"""Packed decimal digits, low byte first, as the Chinese meter protocols carry their numbers. Pure."""

NEGATIVE = 0x80
"""In the last byte of a signed number, and no part of its highest digit."""


def number(data: bytes, *, signed: bool = False) -> int:
    """What the digits say. Raises ValueError where they are no decimal digits, such as a filling of FF."""
    negative = signed and bool(data[-1] & NEGATIVE) and data[-1] != 0xFF
    if negative:
        data = data[:-1] + bytes([data[-1] & ~NEGATIVE])
    digits = data[::-1].hex()
    if not digits.isdecimal():
        raise ValueError(f"{digits.upper()} are no decimal digits")
    return -int(digits) if negative else int(digits)


def packed(value: int, size: int, *, signed: bool = False) -> bytes:
    """`value` in `size` bytes. Raises ValueError where it does not fit."""
    digits = f"{abs(value):0{2 * size}d}"
    most = 8 * 10 ** (2 * size - 1) if signed else 10 ** (2 * size)
    if abs(value) >= most or (value < 0 and not signed):
        raise ValueError(f"{value} is outside {1 - most if signed else 0} to {most - 1}")
    data = bytearray(bytes.fromhex(digits)[::-1])
    if value < 0:
        data[-1] |= NEGATIVE
    return bytes(data)

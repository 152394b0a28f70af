"""A Modbus RTU device of libmodbus (Debian's, by ctypes) on a serial port: `libmodbus_server.py PORT UNIT`.

Holding register r holds r, coil 0 is on. It prints one line when it serves.
"""

import ctypes
import sys

BAUD_RATE = 9600
COILS, REGISTERS = 16, 256


class Mapping(ctypes.Structure):
    """modbus_mapping_t of libmodbus 3.1."""

    _fields_ = (
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def main() -> None:
    port, unit = sys.argv[1], int(sys.argv[2])
    library = ctypes.CDLL("libmodbus.so.5")
    library.modbus_new_rtu.restype = ctypes.c_void_p
    library.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    context = ctypes.c_void_p(library.modbus_new_rtu(port.encode(), BAUD_RATE, ctypes.c_char(b"N"), 8, 1))
    mapping = library.modbus_mapping_new(COILS, COILS, REGISTERS, REGISTERS)
    mapping.contents.tab_bits[0] = 1
    for at in range(REGISTERS):
        mapping.contents.tab_registers[at] = at
    library.modbus_set_slave(context, unit)
    if library.modbus_connect(context) < 0:
        raise SystemExit(f"{port} cannot be opened")
    print("serves", flush=True)
    request = (ctypes.c_uint8 * 260)()
    while True:
        size = library.modbus_receive(context, request)
        if size > 0:
            library.modbus_reply(context, request, size, mapping)


if __name__ == "__main__":
    main()

"""Modbus: framing, registers, the shared connection, the driver and its twin."""

"""SNMP: messages and their security, the driver, the receiver of traps, and its twin."""

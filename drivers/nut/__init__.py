"""Network UPS Tools: the line protocol of upsd, the connection to it, the driver and its twin."""

"""BACnet/IP: the codec, the local station with its socket, the driver and its simulated twin."""

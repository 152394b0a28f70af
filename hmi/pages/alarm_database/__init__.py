"""The master alarm database: all alarms with why they are there; out to Excel, back, and one by one."""

"""The figures about alarms, per operator position, against targets (S4-7.5a, S4-7.5e)."""

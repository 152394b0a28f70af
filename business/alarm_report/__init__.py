"""The report on alarms of a month or any days, as PDF and Excel (S4-7.5a)."""

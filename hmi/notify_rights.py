"""What the pages of notification demand, said once."""

from typing import Final

from business.duty import messages as duty

READ: Final = duty.READ
"""Policies, messages, calls, accounts."""
MANAGE: Final = duty.MANAGE
"""Test messages."""
ANSWER: Final = "alarm.acknowledge"
"""Saying how far one is."""

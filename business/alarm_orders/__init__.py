"""Work orders that alarms and plans open by the policy of their class."""

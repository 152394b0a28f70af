"""What residents and clerks propose about their own records waits until somebody has looked at it (B12)."""

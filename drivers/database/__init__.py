"""Other systems' databases, read and never written: parking, one-card, energy."""

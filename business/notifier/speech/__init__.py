"""Texts as sound: what people have recorded, and what the machine says itself where nobody has."""

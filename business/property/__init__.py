"""The registry of property and people: what there is, who lives and works in it, and what belongs to them."""

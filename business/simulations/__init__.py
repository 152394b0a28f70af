"""Which definitions of linkage plans were simulated: when, by whom, against what, and what came of it."""

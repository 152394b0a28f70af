"""A made-up estate for the demo, tests and measurements: houses, people and firms that never were."""

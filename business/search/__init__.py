"""One box over everything one may see."""

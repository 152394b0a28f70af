"""What is known of people: why, how long, who looked at it, and how it is erased (PIPL 44 to 47)."""

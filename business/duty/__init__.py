"""Who is on duty: teams, their rosters, who stands in for whom, and who has said to be reachable."""

"""What the tables of a run amount to: sums, statistics, key figures."""

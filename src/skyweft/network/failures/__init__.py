"""What is out of order, and when: drawn from the seed, or stated."""

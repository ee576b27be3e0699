"""Who can see whom, and when; coverage; the best servers of many users."""

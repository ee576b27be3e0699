"""Where to place aircraft and airships so that the most is served: the emergency planner."""

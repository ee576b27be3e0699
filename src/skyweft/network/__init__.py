"""By which way: topology, routes and capacity over a moving network."""

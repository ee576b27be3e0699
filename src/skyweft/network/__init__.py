"""By which route: topology, routes and capacity over a moving network."""

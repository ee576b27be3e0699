"""Plan and simulate one information network woven across space, near space, air and ground."""

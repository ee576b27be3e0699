"""From the store of whoever heard a message to its target: storage, relaying, passes."""

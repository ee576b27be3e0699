"""What a sensor says: a quantity over time, and the bytes that carry it."""

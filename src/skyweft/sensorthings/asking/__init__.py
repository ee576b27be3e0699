"""What an address asks for, and the answer to it."""

"""What arrived: messages from their making through random access and storage to their target."""

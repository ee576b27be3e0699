"""What hides platforms from all others: tunnels, and terrain beside a line."""

"""Which satellites serve every user at one instant, for very many of both."""

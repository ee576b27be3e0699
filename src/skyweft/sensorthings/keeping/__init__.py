"""Where entities and observations are kept, and how they change."""

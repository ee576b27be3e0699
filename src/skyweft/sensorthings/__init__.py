"""The platform: stores what devices observe and answers by OGC SensorThings 1.1 (OGC 18-088)."""

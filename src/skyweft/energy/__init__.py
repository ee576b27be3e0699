"""What every platform lives on: light, battery, stated consumption."""

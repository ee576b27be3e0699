"""What the user decides: the models of a scenario file, reading it, looking it over."""

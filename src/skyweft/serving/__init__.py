"""What every server of ours does alike: whom it answers, how long it waits, where it listens."""

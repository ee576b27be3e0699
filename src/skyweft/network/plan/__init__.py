"""Store and forward: contact plans, the ways over them in time, and bundles carried along."""

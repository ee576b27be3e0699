"""Store and forward: contact plans, the routes over them in time, and bundles carried along."""

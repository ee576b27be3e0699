"""Hours in which platforms must not send: a stage."""

"""How results are drawn and set on a page: knows no stage, so that a stage brings its own."""

"""One module for each file format: how a ratings table is read from it, and what of one it can carry."""

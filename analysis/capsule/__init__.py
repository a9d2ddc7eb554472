"""A study's capsule: everything that its results rest on in one archive, and the check that they come out of it."""

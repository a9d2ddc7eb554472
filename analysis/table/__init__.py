"""The ratings table: what comes in is checked once, and goes out again in the formats of the field."""

"""The sections of a report, one module each: what they compute, show, and say of it."""

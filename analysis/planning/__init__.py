"""How many readers and cases a study needs."""

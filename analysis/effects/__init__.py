"""What moves readers up or down: experience, kind of case, order and time."""

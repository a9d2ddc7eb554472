"""The one error that a person's input can cause."""


class RatingsError(ValueError):
    """The ratings cannot be analysed as asked; the message names column, row and cure."""

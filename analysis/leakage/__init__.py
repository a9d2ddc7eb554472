"""What could tell a reader the class of an image without looking at it: the statistics of the blinding audit."""

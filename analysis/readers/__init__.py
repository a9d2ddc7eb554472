"""One reader at a time: curves, areas, paired tests, calibration."""

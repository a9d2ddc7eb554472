"""Several readers, several modalities, and detectors: what their figures say of readers and cases in general."""

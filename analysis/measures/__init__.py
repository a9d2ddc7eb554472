"""One figure of merit for each reader in each modality, and the covariances that the sampling of cases gives them."""

"""The network, its weights, and the ensemble of networks."""

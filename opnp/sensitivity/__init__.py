"""Sensitivity of the energy to the weights and neurons of the last layer."""

from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity

__all__ = ["neuron_sensitivity", "weight_sensitivity"]

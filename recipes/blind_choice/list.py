"""The nets: criteria were made while looking at one half of them, and judged once on the other."""

from recipes.blind_choice.nets import Recipe

DEVELOPMENT = (
    Recipe("fashion", "conv", "relu", 128, 12),
    Recipe("fashion", "dense", "gelu", 64, 30),
    Recipe("fashion", "conv", "layer norm", 96, 8),
    Recipe("fashion", "dense", "relu", 256, 8, decay=0.1),
    Recipe("clothes", "conv", "relu", 256, 12, smoothing=0.1),
    Recipe("clothes", "dense", "relu", 32, 2),
    Recipe("clothes", "conv", "silu", 192, 12, decay=5e-4, optimiser="sgd"),
    Recipe("clothes", "dense", "unit", 128, 15),
    Recipe("digits", "dense", "relu", 512, 40, decay=0.5),
    Recipe("digits", "conv", "unit", 64, 40),
    Recipe("digits", "conv", "relu", 48, 10, dropout=0.5),
    Recipe("digits", "conv", "gelu", 160, 30, smoothing=0.2),
    Recipe("alphabet", "conv", "gelu", 128, 20),
    Recipe("alphabet", "conv", "relu", 64, 30, decay=5e-4, optimiser="sgd"),
    Recipe("alphabet", "dense", "relu", 256, 30, dropout=0.3),
    Recipe("alphabet", "conv", "layer norm", 192, 12, smoothing=0.1),
)
"""Looked at while a criterion was made."""

REPORT = (
    Recipe("fashion", "conv", "gelu", 256, 8, dropout=0.3, seed=2),
    Recipe("fashion", "dense", "relu", 512, 4, seed=2),
    Recipe("fashion", "conv", "relu", 64, 20, decay=5e-4, optimiser="sgd", seed=2),
    Recipe("fashion", "dense", "unit", 96, 20, seed=2),
    Recipe("clothes", "conv", "unit", 128, 12, seed=2),
    Recipe("clothes", "dense", "silu", 128, 30, smoothing=0.1, seed=2),
    Recipe("clothes", "conv", "relu", 32, 2, seed=2),
    Recipe("clothes", "conv", "relu", 192, 25, decay=0.1, seed=2),
    Recipe("digits", "dense", "gelu", 128, 15, smoothing=0.1, seed=2),
    Recipe("digits", "conv", "relu", 256, 60, decay=5e-4, optimiser="sgd", seed=2),
    Recipe("digits", "conv", "layer norm", 128, 30, seed=2),
    Recipe("digits", "dense", "relu", 64, 60, dropout=0.5, seed=2),
    Recipe("alphabet", "conv", "relu", 192, 15, smoothing=0.1, seed=2),
    Recipe("alphabet", "dense", "layer norm", 64, 30, seed=2),
    Recipe("alphabet", "conv", "silu", 96, 6, seed=2),
    Recipe("alphabet", "conv", "relu", 128, 30, decay=0.1, seed=2),
)
"""Looked at once, when it was done."""

"""A toy classifier of points in the plane, trained on demand, small enough to be drawn completely."""

from opnp.toy.data import ToyData
from opnp.toy.net import Toy, train_toy
from opnp.toy.surface import GRID, HALF_WIDTH, Surface, surface

__all__ = ["GRID", "HALF_WIDTH", "Surface", "Toy", "ToyData", "surface", "train_toy"]

from torch import nn


def make():
    body = nn.Sequential(nn.Flatten(), nn.Linear(48, 8), nn.Tanh())
    return nn.Sequential(body, nn.Linear(8, 2))

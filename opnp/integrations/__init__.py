"""Doors for other frameworks: `opnp.integrations.pytorch_ood` and `opnp.integrations.openood`."""

"""`python -m opnp`."""

from opnp.cli.app import app

if __name__ == "__main__":
    app(prog_name="python -m opnp")

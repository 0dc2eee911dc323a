"""`python -m opnp`, which a Ctrl-C also ends in a sentence while libraries are still being imported."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from opnp.cli.app import app

        app(prog_name="python -m opnp" if sys.argv[0].endswith("__main__.py") else None)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

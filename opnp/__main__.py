"""`python -m opnp`; where a library is missing, or a Ctrl-C comes while they load, it ends in a sentence."""

import sys


def main() -> None:
    """Run the command line."""
    program = "python -m opnp" if sys.argv[0].endswith("__main__.py") else None
    try:
        try:
            from opnp.cli.app import app
        except (ImportError, OSError) as error:  # OSError: a library of the system that one of them needs
            _without_libraries(error)
            return
        app(prog_name=program)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


def _without_libraries(error: Exception) -> None:
    """Run `doctor`, which needs few of them; of any other command say that it cannot run."""
    remedy = "`python -m opnp doctor` says what is missing and how to install it."
    if sys.argv[1:2] == ["doctor"]:
        try:
            import typer

            from opnp.cli.doctor import doctor
        except ImportError:
            remedy = (
                "Not even `doctor` runs without it. Run: pip install opnp, or in a clone pip install -e ."
            )
        else:
            del sys.argv[1]
            typer.run(doctor)
            return
    sys.exit(f"Error: Expected the packages that opnp needs but one cannot be imported: {error}. {remedy}")


if __name__ == "__main__":
    main()

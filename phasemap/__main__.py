"""`python -m phasemap`, and the console script."""


def main() -> None:
    """Run the command line."""
    from phasemap.cli.main import main as run

    run()


if __name__ == "__main__":
    main()

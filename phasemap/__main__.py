"""`python -m phasemap`, and the console script."""


def main() -> None:
    """Run the command line."""
    import sys

    try:
        from phasemap.cli.main import main as run

        run()
    except KeyboardInterrupt:  # before there is anything to say about it, or asked twice
        sys.exit(130)


if __name__ == "__main__":
    main()

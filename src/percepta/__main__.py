"""``python -m percepta`` is the command line."""

from percepta.cli.main import main

if __name__ == "__main__":
    main()

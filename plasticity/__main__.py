"""`python -m plasticity` is the command line."""

from plasticity.cli import main

if __name__ == "__main__":
    main()

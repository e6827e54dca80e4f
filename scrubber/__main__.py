"""`python -m scrubber`: the command line where its script is not on the PATH."""

from scrubber.cli import main

main()

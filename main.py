"""RTKscope's entry: start order and command line only.

Not for: anything that computes; that is core.
"""

import sys


def main(arguments: list[str]) -> int:
    """Run the command line and return the exit status (contract §1)."""
    from core.command_line import run_command_line

    return run_command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""RTKscope's entry: start order and command line only.

Not for: anything that computes (core) or shows (gui).
"""

import multiprocessing
import sys

WITHOUT_WINDOW = ("run", "check", "-h", "--help", "--version")


def main(arguments: list[str]) -> int:
    """Run the command line or open the window, and return the exit status (contract §1)."""
    if arguments and arguments[0] in WITHOUT_WINDOW:
        from core.command_line import run_command_line
        from gui.preferences import home_folder

        return run_command_line(arguments, home_folder())
    from gui.app import start

    return start(arguments)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))

"""The command that a merchant types, for a process that has imported it already. See forking."""

from runtime.cli import main

if __name__ == "__main__":
    main(prog_name="shopwright")

"""How an operator's command says that it cannot go on."""


class Problem(Exception):
    """The command stops here. The message says what is wrong and what to do about it; the command line prints it."""

"""What is wrong with a rule, told to the person who wrote it."""


class RuleError(Exception):
    """A rule that cannot be compiled; `path` is where, such as `all[1].value`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '(rule)'}: {message}")
        self.path, self.message = path, message


def join(path: str, key: str) -> str:
    """The path one step further in."""
    return f"{path}.{key}".lstrip(".")

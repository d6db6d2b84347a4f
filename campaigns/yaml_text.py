"""YAML that says one thing everywhere: no words read as true, no times as numbers, no aliases.

YAML 1.1 reads `on` as true and `09:00` as 540; a plan holds both. Read by the rules of YAML's JSON
schema, written so that older readers agree.
"""

import re
from typing import Any

import yaml

LONGEST = 1_000_000  # characters


class YamlError(Exception):
    """A text that is no YAML of ours, with the line."""


class _Reader(yaml.SafeLoader):
    """Plain words are text unless they are what JSON calls a number, a truth value or null."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise YamlError(f"line {mark.line + 1}: aliases are not read; write it out.")
        if getattr(self.peek_event(), "tag", None):
            mark = self.peek_event().start_mark
            raise YamlError(f"line {mark.line + 1}: tags such as !!set are not read.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            where = f"line {key_node.start_mark.line + 1}"
            if not isinstance(key, str):
                raise YamlError(f"{where}: a key must be a text; write {str(key)!r} in quotes.")
            if key in seen:
                raise YamlError(f"{where}: {key!r} stands here twice.")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Reader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
_Reader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789")
)
_Reader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)


class _Writer(yaml.SafeDumper):
    """Long texts in lines, lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        super().increase_indent(flow=flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


# What our reader takes for a number and YAML 1.1 does not, such as 1e3, is quoted too.
_Writer.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)


def _text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def read(text: str) -> Any:
    """What the text says. Raises YamlError with the line."""
    if len(text) > LONGEST:
        raise YamlError(f"is longer than {LONGEST} characters.")
    try:
        return yaml.load(text, _Reader)  # noqa: S506  # nosec B506 - a SafeLoader
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise YamlError(f"line {line}: {fault.problem}.") from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise YamlError(f"cannot be read: {fault}.") from fault


def write(said: Any) -> str:
    """The text of a value, keys in the order they have."""
    return yaml.dump(said, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1_000_000)

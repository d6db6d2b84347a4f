#!/usr/bin/env python
"""Run a command on the configured servers, or on embedded ones where none are configured."""

import os
import sys

from django.core.management import execute_from_command_line

from config import local


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    local.enter()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

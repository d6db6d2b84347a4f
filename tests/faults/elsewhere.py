"""`python -m tests.faults.elsewhere NAMESPACE GATEWAY ARGUMENTS…`: Python on another "machine".

Enters the network namespace, where nothing of this machine's own 127.0.0.1 can be reached, and
goes on as Python with these arguments; the servers' addresses lead to the gateway.
"""

import ctypes
import os
import sys

from config.local import LIBC

ADDRESSES = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")


def main() -> None:
    namespace, gateway, *arguments = sys.argv[1:]
    with open(f"/run/netns/{namespace}") as entered:
        if LIBC.setns(entered.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")
    for name in ADDRESSES:
        os.environ[name] = os.environ[name].replace("127.0.0.1", gateway)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  (no words of a user)


if __name__ == "__main__":
    main()

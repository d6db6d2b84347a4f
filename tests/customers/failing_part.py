"""A part of a merge that dies: what a process killed in the middle leaves behind is seen."""


def merge(record):
    raise RuntimeError("killed")


def undo(record, survivor, moved):
    raise RuntimeError("killed")

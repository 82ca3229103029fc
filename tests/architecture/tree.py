"""The project's files, and what they include."""

import os
import pathlib
import re

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
NOT_OURS = re.compile(r"^(build(-.*)?|out|\.git|\.cache|__pycache__)$")


def files(root):
    """Relative paths (pathlib) of all files of the project: no build trees, no results."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not NOT_OURS.match(name))
        found += [pathlib.Path(folder, name).relative_to(root) for name in sorted(names)]
    return found


def sources(root):
    return [path for path in files(root) if path.suffix in (".h", ".c", ".cpp")]


def includes(root, path):
    """[(is a project header, name)] of a file, in its order."""
    return [(mark == '"', name) for mark, name in INCLUDE.findall((root / path).read_text())]

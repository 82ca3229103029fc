"""The include rules of layers.yaml, as functions of a source tree: each returns a list of complaints."""

import pathlib
import re

import tree


def owner(path, folders):
    """The longest of `folders` that the path lies in, or None."""
    parts = path.as_posix()
    fitting = [folder for folder in folders if parts.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def expand(allowed, groups):
    result = []
    for name in allowed:
        result += groups[name[1:-1]] if name.startswith("{") else [name]
    return result


def layering(root, rules):
    problems = []
    folders = {name: expand(allowed, rules["groups"]) for name, allowed in rules["folders"].items()}
    for path in tree.sources(root):
        home = owner(path, folders)
        if home is None:
            if path.parts[0] in ("hw", "models", "app", "firmware"):
                problems.append(f"{path}: its folder has no rule in layers.yaml")
            continue
        for ours, name in tree.includes(root, path):
            if not ours:
                continue
            target = pathlib.Path(name)
            if len(target.parts) == 1:
                problems.append(f'{path}: "{name}" is not written from the root')
            elif name not in folders[home] and owner(target, [home, *folders[home]]) is None:
                problems.append(f'{path}: {home} may not include "{name}"')
    return problems


def libraries(root, rules):
    problems = []
    for path in tree.sources(root):
        for _, name in tree.includes(root, path):
            for library in rules["libraries"]:
                if re.search(library["header"], name) and owner(path, library["folders"]) is None:
                    problems.append(f"{path}: only {', '.join(library['folders'])} may include {library['name']}")
    return problems


def hidden_systemc(root, rules):
    """Files that reach SystemC through the headers they include."""
    systemc = next(library for library in rules["libraries"] if library["name"] == "SystemC")
    problems = []
    for path in tree.sources(root):
        if owner(path, rules["without_systemc"]) is None:
            continue
        seen, todo = set(), [(path, [])]
        while todo:
            current, way = todo.pop()
            if current in seen or not (root / current).is_file():
                continue
            seen.add(current)
            for ours, name in tree.includes(root, current):
                if re.search(systemc["header"], name):
                    problems.append(f"{path}: reaches SystemC by {' > '.join(map(str, [*way, current]))}")
                elif ours:
                    todo.append((pathlib.Path(name), [*way, current]))
    return problems

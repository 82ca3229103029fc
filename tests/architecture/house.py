"""The house rules that are not about includes, as functions of a source tree: each returns a list of complaints."""

import re

import tree

CODE = (".h", ".c", ".cpp", ".py", ".cmake", ".S", ".ld")
TEXT = (*CODE, ".md", ".yaml", ".yml", ".json", ".txt", ".sh", ".svg", "")
MAX_LINES = 500
# In two halves, so that this file does not complain of itself.
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + "X" + r")\b")
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset|href)=\"([^\"#]+)\"")


def texts(root):
    for path in tree.files(root):
        if path.suffix in TEXT:
            try:
                yield path, (root / path).read_text()
            except UnicodeDecodeError:
                continue


def unfinished(root):
    return [f"{path}: {match.group()}" for path, text in texts(root) for match in UNFINISHED.finditer(text)]


def long_files(root):
    return [f"{path}: {text.count(chr(10))} lines, more than {MAX_LINES}" for path, text in texts(root)
            if (path.suffix in CODE or path.parts[0] == "scripts") and text.count("\n") > MAX_LINES]


def uncompiled(root):
    """.cpp files that no CMakeLists.txt of their folder or of one above names."""
    problems = []
    for path in tree.sources(root):
        if path.suffix != ".cpp" or path.parts[0] == "cmake":
            continue
        for folder in path.parents:
            lists = root / folder / "CMakeLists.txt"
            name = path.relative_to(folder).as_posix()
            if lists.is_file() and re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w.-])", lists.read_text()):
                break
        else:
            problems.append(f"{path}: no CMakeLists.txt names it")
    return problems


def documents(root):
    return [path for path in tree.files(root) if path.suffix == ".md"]


def dead_links(root):
    """Relative links and pictures of the documents that lead nowhere."""
    problems = []
    for path in documents(root):
        for match in LINK.finditer((root / path).read_text()):
            target = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", target):
                continue
            if not (root / path.parent / target).exists():
                problems.append(f"{path}: no such file: {target}")
    return problems


def missing_scripts(root):
    """scripts/NAME that a document speaks of but that is not there or cannot be run."""
    problems = []
    for path in documents(root):
        for name in sorted(set(re.findall(r"(?<![\w/.-])scripts/[\w./-]*\w", (root / path).read_text()))):
            file = root / name
            if not file.exists() or (file.is_file() and file.suffix == "" and not file.stat().st_mode & 0o100):
                problems.append(f"{path}: {name} is not a script that can be run")
    return problems


def commands(root, path):
    """Command lines in the sh blocks of a document: without comments and prompts."""
    lines = []
    for block in BLOCK.findall((root / path).read_text()):
        for line in block.splitlines():
            line = re.sub(r"\s#.*", "", line.removeprefix("$ ")).strip()
            if line and not line.startswith("#"):
                lines.append(line)
    return lines


def subcommands(root, path):
    """The words that follow `systole` in a document's command lines."""
    found = (re.match(r"(?:build/)?systole\s+([a-z][\w-]*)", line) for line in commands(root, path))
    return sorted({match.group(1) for match in found if match})

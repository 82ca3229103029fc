#!/usr/bin/env python3
"""Does what a page of the documentation says: saves its files, and runs its commands in an empty folder.

usage: run_page.py PAGE --systole PROGRAM --made FOLDER

Blocks of yaml and python stand under "<!-- file: NAME -->" and are saved under that name. Scripts in python are run if
PyTorch is there; if it is not, FOLDER holds what they make. Blocks of sh are run as they stand. A command that fails, or
leaves no summary where the page has a run, ends with 1.
"""
import argparse
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(sh|python|yaml)\n(.*?)```", re.DOTALL)


def run(command, folder, environment):
    print(f"$ {command}", flush=True)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {command}: exit code {done.returncode}\n{done.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--systole", type=pathlib.Path, required=True)
    parser.add_argument("--made", type=pathlib.Path, required=True)
    options = parser.parse_args()
    has_torch = importlib.util.find_spec("torch") is not None
    environment = {**os.environ, "PATH": f"{options.systole.resolve().parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("SYSTOLE_SCENARIOS", None)
    commands = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, language, text in BLOCK.findall(options.page.read_text()):
            if language == "sh":
                run(text, folder, environment)
                commands += len(text.splitlines())
                continue
            if not file:
                sys.exit(f"error: {options.page}: a block of {language} has no file name above it")
            (folder / file).write_text(text)
            if language == "python" and has_torch:
                run(f"{sys.executable} {file}", folder, environment)
            elif language == "python":
                compile(text, file, "exec")
                for path in options.made.iterdir():
                    shutil.copy(path, folder)
        runs = sorted(path.parent.name for path in folder.glob("out/*/summary.json"))
        print(f"{commands} commands, runs: {', '.join(runs)}, PyTorch: {'yes' if has_torch else 'no, the exported file'}")
        if commands == 0 or not runs:
            sys.exit(f"error: {options.page}: nothing was run")


if __name__ == "__main__":
    main()

"""A browser for the tests: status 0 where there is one, installed if need be, else 77 and a line that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# What the tests of other projects say, too, where they are left out.
NONE = 77


def main() -> int:
    if any(map(shutil.which, CHROMIUMS)):
        return 0
    names = ", ".join(CHROMIUMS)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"browser tests are left out: none of {names} is on the path, and only root with apt-get installs one")
        return NONE
    for words in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        done = subprocess.run(["apt-get", "--quiet", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            print(f"browser tests are left out: none of {names} is on the path; apt-get {words[0]}: {why}")
            return NONE
    return 0 if any(map(shutil.which, CHROMIUMS)) else NONE


if __name__ == "__main__":
    sys.exit(main())

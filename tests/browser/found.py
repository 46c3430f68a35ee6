"""A browser for the tests: status 0 where there is one, installed if need be, else 77 and a line that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

# How a browser is started: without a sandbox, which root has none of, and without shared memory, which may be small.
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# What the tests of other projects say, too, where they are left out.
NONE = 77


def chromium() -> str | None:
    """The browser on the path, if any."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def starts() -> int:
    """0 where the browser opens a page, else 77 and a line."""
    try:
        with sync_playwright() as player:
            started = player.chromium.launch(executable_path=chromium(), args=list(OPTIONS))
            started.new_page().goto("about:blank")
            started.close()
    except Error as error:
        why = (str(error).strip().splitlines() or ["no reason given"])[0]
        print(f"browser tests are left out: {chromium()} does not start here: {why}")
        return NONE
    return 0


def main() -> int:
    if chromium():
        return starts()
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
    return starts() if chromium() else NONE


if __name__ == "__main__":
    sys.exit(main())

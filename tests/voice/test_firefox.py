"""The room's page in Firefox: it joins voice, hears Chromium and is heard there, and mends its line.

Firefox pairs no address with loopback, and tests use no other network. So this happens in a network of its
own that leads nowhere, which only root may make.
"""

import shutil
import subprocess
import sys

import pytest

from tests.house import PROJECT
from tests.need import need, need_folder

OWN_NETWORK = """
ip link set lo up && ip link add here type veth peer name there &&
ip address add 10.9.9.1/24 dev here && ip link set here up && ip link set there up &&
ip route add default via 10.9.9.2 && exec "$@"
"""
ALONE = ("unshare", "--net", "sh", "-ec", OWN_NETWORK, "-")


def test_firefox_and_chromium_hear_each_other_also_after_a_change_of_network():
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    for tool in ("chromium", "espeak-ng"):
        need(tool)
    for tool in ("firefox-esr", "unshare", "ip"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("a network of its own needs root")
    meeting = [*ALONE, sys.executable, "-m", "tests.voice.fox_and_chrome"]
    ended = subprocess.run(meeting, cwd=PROJECT, timeout=150, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr

# SPDX-License-Identifier: Apache-2.0
"""What most tests of boxtilld begin with: a server with a small venue, which agrees with itself when
the test is over, and devices of it. A file that wants another one has a fixture of the same name."""
import pytest

from server_lab import Channel, Till, make


@pytest.fixture
def config():
    """What boxtilld.conf says besides."""
    return ""


@pytest.fixture
def server(tmp_path, config):
    made = make(tmp_path / "home", config=config)
    yield made.start()
    made.end()
    assert "agrees" in made.command("audit")


@pytest.fixture
def till(server):
    device = Till(server)
    device.enrol()
    return device


@pytest.fixture
def web(server):
    device = Channel(server)
    device.enrol()
    return device

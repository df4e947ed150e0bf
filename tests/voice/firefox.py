"""Firefox, headless, driven over WebDriver BiDi: no driver and no patched browser are needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9",
    "extensions.update.enabled": False,
    "remote.active-protocols": 1,
}
"""A microphone that hums without asking, connections over loopback, and no word to anybody outside."""
PATIENCE = 40
PART = """(name => {
  const look = root => {
    for (const element of root.querySelectorAll("*")) {
      if (element.dataset?.testid === name) return element;
      const found = element.shadowRoot && look(element.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  return look(document);
})"""
"""What the page marks with a test id, in whichever shadow."""


class Firefox:
    """One page in one Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sent = 0
        self._context = ""

    async def open(self) -> None:
        """Begin; the page is empty."""
        await self.ask("session.new", capabilities={})
        tree = await self.ask("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]

    async def ask(self, method: str, **params: Any) -> Any:
        """What the browser answers to a command."""
        self._sent += 1
        await self._socket.send(
            msgspec.json.encode({"id": self._sent, "method": method, "params": params}).decode()
        )
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = msgspec.json.decode(await self._socket.recv())
                if answer.get("id") == self._sent:
                    assert answer["type"] == "success", answer
                    return answer["result"]

    async def goto(self, url: str) -> None:
        """Load a page."""
        await self.ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, a promise's own, as JSON."""
        result = await self.ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert result["type"] == "success", result
        return msgspec.json.decode(result["result"].get("value", "null"))

    async def click(self, part: str) -> None:
        """Press what is marked with this test id, once it is there."""
        await self.until(f"{PART}({part!r}) !== null")
        await self.evaluate(f"{PART}({part!r}).click()")

    async def until(self, expression: str) -> None:
        """Wait until an expression of the page is true."""
        pause = "new Promise(resume => setTimeout(resume, 100))"
        await self.evaluate(f"(async () => {{ while (!(await ({expression}))) await {pause}; }})()")


@asynccontextmanager
async def firefox(binary: str, folder: Path) -> AsyncIterator[Firefox]:
    """A browser with a profile of its own in this folder, ended at the end."""
    profile = folder / "profile"
    profile.mkdir()
    lines = [
        f"user_pref({msgspec.json.encode(k).decode()}, {msgspec.json.encode(v).decode()});"
        for k, v in PREFERENCES.items()
    ]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        binary,
        *("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"),
        env={"HOME": str(folder), "MOZ_HEADLESS": "1", "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with connect(f"{await _address(process)}/session", max_size=None) as socket:
            page = Firefox(socket)
            await page.open()
            yield page
    finally:
        process.terminate()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if b"WebDriver BiDi listening on " in line:
                return line.decode().partition("listening on ")[2].strip()
    raise AssertionError("Firefox did not start")

"""As which user PostgreSQL's programs run: ourselves, or an unprivileged one when we are root."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wutong.operations.problem import Problem

USER = "wutong"
_PR_SET_PDEATHSIG = 1
_CAPABILITY_BITS = {"dac_read_search": 2, "dac_override": 1}
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user, and the capability it needs where folders on the way to its files are closed to it."""

    uid: int
    gid: int
    capability: str | None = None

    @property
    def is_us(self) -> bool:
        return self.uid == os.getuid()

    def own(self, path: Path) -> None:
        """Give ``path`` to this user."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid)

    def run(self, args: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; its output is text."""
        command, switch = self._switched(args)
        return subprocess.run(command, cwd="/", text=True, check=False, **switch, **options)

    def start(
        self, args: Sequence[str | Path], *, at_our_death: signal.Signals, **options: Any
    ) -> subprocess.Popen[str]:
        """Start a program in a session of its own (a Ctrl-C does not reach it) that gets a signal when we die."""
        command, switch = self._switched(args, pdeathsig=at_our_death)
        return subprocess.Popen(
            command,
            cwd="/",
            text=True,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(at_our_death),
            **switch,
            **options,
        )

    def _switched(
        self, args: Sequence[str | Path], pdeathsig: signal.Signals | None = None
    ) -> tuple[list[str], dict[str, Any]]:
        command = [str(arg) for arg in args]
        if self.is_us:
            return command, {}
        if self.capability is None:
            return command, {"user": self.uid, "group": self.gid, "extra_groups": []}
        # A change of user clears the signal set before it, so setpriv sets it again.
        prefix = ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        # Without this bit access(2) asks as if the capability were not there, and initdb asks by access(2).
        prefix.append("--securebits=+no_setuid_fixup")
        prefix += [f"--inh-caps=+{self.capability}", f"--ambient-caps=+{self.capability}"]
        if pdeathsig is not None:
            prefix.append(f"--pdeathsig={pdeathsig.name.removeprefix('SIG')}")
        return [*prefix, "--", *command], {}


def die_with_parent(with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent dies, however it dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)


def account_for(*paths: Path) -> Account:
    """The user for PostgreSQL's programs, able to reach each of ``paths``.

    Raises:
        Problem: we are root, a folder on the way is closed to others, and nothing we may do opens it.
    """
    if os.getuid() != 0:
        return Account(uid=os.getuid(), gid=os.getgid())
    entry = _system_user()
    account = Account(uid=entry.pw_uid, gid=entry.pw_gid)
    closed = [path for path in paths if account.run(["test", "-x", path]).returncode]
    if not closed:
        return account
    # A clone under /root or in a private temporary folder. Reading and passing through folders is all it needs;
    # containers that lack this capability mostly have the wider one.
    for capability, bit in _CAPABILITY_BITS.items():
        if shutil.which("setpriv") and _may_hand_on(bit):
            return Account(uid=account.uid, gid=account.gid, capability=capability)
    raise Problem(
        f"PostgreSQL does not run as root, and the user {entry.pw_name} cannot enter {closed[0]}. "
        "Put the installation and WUTONG_DATA_DIR where others can pass (for example below /srv), "
        "or start as an ordinary user."
    )


@cache
def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    if shutil.which("useradd"):
        nologin = shutil.which("nologin") or "/bin/false"
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        done = subprocess.run([*command, "--shell", nologin, USER], capture_output=True, check=False)
        if done.returncode in (0, 9):  # 9: another process was first
            return pwd.getpwnam(USER)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Problem(f"PostgreSQL does not run as root. Make a system user named {USER}, then try again.") from None


def _may_hand_on(bit: int) -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> bit & 1)
    return False

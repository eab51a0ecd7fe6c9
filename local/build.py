"""Build ``template.yaml`` with SAM, or keep what is built when nothing has changed.

Run as a program: ``python -m local.build lambda|host``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.digest import digest_of

__all__ = ["ROOT", "SAM", "BuildError", "build", "sam_environment"]

ROOT = Path(__file__).resolve().parent.parent
SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
_SOURCES = ("template.yaml", "uv.lock", "layers/common", "functions", "local/digest.py")
_KEPT = 4


class BuildError(Exception):
    """What was built or deployed is broken; the message is for the person at the terminal."""


def build(target: str = "host", root: Path = ROOT) -> Path:
    """Build for ``lambda`` (arm64 wheels) or ``host`` (this machine's).

    A build is a folder of its own below ``.build/<target>``, named for what it was made from, so that
    several runs may build at the same time; the link ``current`` there is the newest one.

    Returns
    -------
    Path
        The folder with the built ``template.yaml``.

    Raises
    ------
    BuildError
        SAM is missing, or refused the template or a build.
    """
    if not SAM.exists():
        raise BuildError("The SAM command line is not installed; run 'make tools' first.")
    builds = root / ".build" / target
    builds.mkdir(parents=True, exist_ok=True)
    with (builds / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        name = digest_of([root / source for source in _SOURCES], root)[:20]
        folder = builds / name
        if not folder.exists():
            part = builds / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            source = ["--template-file", str(root / "template.yaml"), "--base-dir", str(root)]
            command = [str(SAM), "build", *source, "--build-dir", str(part)]
            run_sam(command, {"TARGET": target}, "The template could not be built")
            part.rename(folder)
        link = builds / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(name, target_is_directory=True)
        link.replace(builds / "current")
        folder.touch()
        _drop_old(builds)
    return folder


def _drop_old(builds: Path) -> None:
    """Keep the newest builds: a run may be deploying one that is not the newest any more."""
    folders = [path for path in builds.iterdir() if path.is_dir() and not path.is_symlink()]
    for old in sorted(folders, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def sam_environment() -> dict[str, str]:
    """Give the environment for SAM: no telemetry, short waits, the project's Python 3.13 on the path."""
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ.get("PATH", os.defpath)])
    return dict(os.environ) | {"PATH": path, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.2"}


def run_sam(command: list[str], variables: dict[str, str], failure: str) -> str:
    """Run a SAM command quietly and give what it printed.

    Raises
    ------
    BuildError
        It failed; the message is `failure` and the line that says why.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=sam_environment() | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        log = ROOT / ".build" / "sam.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(done.stdout)
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        reasons = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")] + lines[-1:]
        reason = reasons[0] if reasons else f"exit code {done.returncode}"
        raise BuildError(f"{failure}: {reason} (all of it: {log.relative_to(ROOT)})")
    return done.stdout


def main() -> int:
    """Build for the target named on the command line."""
    target = sys.argv[1] if len(sys.argv) > 1 else "lambda"
    try:
        folder = build(target)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Built for {target} in {folder.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

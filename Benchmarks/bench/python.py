"""A Python of the benchmarks' own, with the packages that peers need."""
import subprocess
import venv

from bench.common import ROOT, say


def python(*packages):
    """Its interpreter with these packages installed; None where they cannot be had."""
    folder = ROOT / ".build/bench-venv"
    interpreter = folder / "bin/python"
    missing = [package for package in packages if not (folder / package).exists()]
    try:
        if not interpreter.exists():
            venv.create(folder, with_pip=True, clear=True)
        if missing:
            subprocess.run([interpreter, "-m", "pip", "install", "--quiet", *missing], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        say(f"not compared: {', '.join(missing)} cannot be installed ({error})")
        return None
    for package in missing:
        (folder / package).touch()
    return interpreter

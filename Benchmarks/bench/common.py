"""What every comparison needs: processes, rows of the table, packages, a web server."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "Benchmarks/peers"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))

started = []
rows = []


def say(text):
    print(text, flush=True)


def start(command, **options):
    process = subprocess.Popen([str(part) for part in command], **options)
    started.append(process)
    return process


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def stop_all():
    for process in reversed(started):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in reversed(started):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def row(name, ours, peer, unit, ratio, note=""):
    rows.append({"name": name, "ours": ours, "peer": peer, "unit": unit, "ratio": ratio, "note": note})


def has(program):
    """Whether a program is there, or a header where the name ends so."""
    return pathlib.Path("/usr/include", program).exists() if program.endswith(".h") else bool(shutil.which(program))


def install(program, package):
    if has(program):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", package], stdout=subprocess.DEVNULL, check=False)
    if has(program):
        return True
    say(f"needs {program}: install it with: sudo apt-get install {package}")
    return False


def compile_peer(folder, name, *libraries):
    """A peer in C, compiled."""
    program = folder / name
    subprocess.run(["cc", "-O2", "-o", program, PEERS / f"{name}.c", *libraries], check=True)
    return program


def build_ours(*products, benchmarks=True):
    """Release builds of products of the package, and of the benchmarks' own package where it is needed."""
    say("building in release mode")
    for product in products:
        subprocess.run(["swift", "build", "-c", "release", "--product", product], cwd=ROOT, check=True)
    if not benchmarks:
        return None
    environment = dict(os.environ)
    environment.pop("PENSTOCK_STRICT", None)  # a package with unsafe flags cannot be a dependency
    ours = ["swift", "build", "-c", "release", "--package-path", "Benchmarks", "--scratch-path", ".build-bench"]
    subprocess.run(ours, cwd=ROOT, check=True, env=environment)
    return ROOT / ".build-bench/release/transformation"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(folder):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""
        worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ worker_connections 4096; }}
        http {{
          access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
          client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
          uwsgi_temp_path {folder}; scgi_temp_path {folder}; default_type application/json;
          server {{ listen 127.0.0.1:{port} backlog=1024; location = /status {{ stub_status; }}
            location /pages/ {{ root {folder}; }} location / {{ return 200 '{{"clientId":"1"}}'; }} }}
        }}
        """
    )
    start(["nginx", "-c", configuration, "-p", folder], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.05)
    sys.exit("nginx did not start")


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def report():
    width = max(len(entry["name"]) for entry in rows)
    say("")
    say(f"{'':{width}}  {'ours':>10}  {'peer':>10}  {'unit':8}  {'ratio':>6}")
    for entry in rows:
        ratio = "-" if entry["ratio"] is None else f"{entry['ratio']:.2f}"
        say(f"{entry['name']:{width}}  {number(entry['ours']):>10}  {number(entry['peer']):>10}  {entry['unit']:8}  "
            f"{ratio:>6}  {entry['note']}")
    path = ROOT / ".build/bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{k: e[k] for k in ("name", "ours", "peer", "unit", "ratio")} for e in rows], indent=2))
    say(f"\nwritten to {path.relative_to(ROOT)}")

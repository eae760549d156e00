"""Draw synthetic populations with the real map in a real Chromium, time it, and check its pixels.

Usage: python web/bench/map.py [--rows 1000000] [--pictures DIR]

Needs web/node_modules (npm ci) and Playwright for Python. The browser is PERCEPTA_CHROMIUM, else
/usr/bin/chromium. Prints one JSON line per measurement; exits 1 when a check fails.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

WEB = Path(__file__).resolve().parent.parent


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing per request."""


def build(into: Path) -> None:
    """Build the bench page with the project's own vite."""
    vite = WEB / "node_modules" / ".bin" / "vite"
    command = [str(vite), "build", str(WEB / "bench" / "page"), "--outDir", str(into)]
    command += ["--base", "./", "--emptyOutDir", "--logLevel", "error", "--configLoader", "runner"]
    subprocess.run(command, check=True, cwd=into)  # noqa: S603


def serve(folder: Path) -> http.server.ThreadingHTTPServer:
    """Serve a folder on a free port of the loopback interface."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def cpu_seconds(root: int) -> float:
    """CPU time used so far by a process and all its descendants."""
    ticks, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = int(fields[11]) + int(fields[12])
    total = 0
    for pid in ticks:
        at = pid
        while at in parents and at != root:
            at = parents[at]
        total += ticks[pid] if at == root else 0
    return total / os.sysconf("SC_CLK_TCK")


LOAD = """async ([kind, n, looks]) => {
  const blocked = bench.load(kind, n, looks);
  const first = await bench.firstFrame();
  return { blocked, first };
}"""

PICK = """() => {
  const { map } = bench; const times = []; let hits = 0;
  for (let i = 0; i < 200; i++) {
    const x = innerWidth * (0.1 + 0.8 * ((i * 0.618) % 1));
    const y = innerHeight * (0.1 + 0.8 * ((i * 0.414) % 1));
    const t = performance.now();
    if (map.pick(x, y) !== null) hits++;
    times.push(performance.now() - t);
  }
  times.sort((a, b) => a - b);
  return { median: times[100], worst: times[199], hits };
}"""

LASSO = """() => {
  const polygon = Array.from({ length: 300 }, (_, i) => {
    const a = i / 300 * 2 * Math.PI, r = 5 + Math.sin(a * 7);
    return [Math.cos(a) * r, Math.sin(a) * r];
  });
  const t = performance.now(); const rows = bench.map.rowsInside(polygon).length;
  return { rows, ms: performance.now() - t };
}"""

COLORS = """() => {
  const c = document.querySelector('#canvas');
  const p = bench.map.readPixels(0, 0, c.width, c.height);
  const palette = bench.colors.map((h) => [1, 3, 5].map((i) => parseInt(h.slice(i, i + 2), 16)));
  const near = palette.map(() => 0); let inked = 0;
  for (let i = 0; i < p.length; i += 4) {
    if (p[i + 3] === 0) continue;
    inked++;
    if (p[i + 3] < 200) continue;
    palette.forEach((rgb, k) => {
      if (rgb.every((v, j) => Math.abs(v - p[i + j] * 255 / p[i + 3]) < 26)) near[k]++;
    });
  }
  return { inked: inked / (p.length / 4), near };
}"""


def measure(page: Page, browser_pid: int, rows: int) -> list[str]:
    """Time the map at `rows` dots and check what it drew; returns what failed."""
    failed = []
    looks = {"color": "label", "size": False, "labels": True}
    loaded = page.evaluate(LOAD, ["clusters", rows, looks])
    pick_at_once = page.evaluate(PICK)
    full = page.evaluate(
        "async () => { const t = performance.now(); await bench.settled();"
        " return performance.now() - t }"
    )
    print(
        json.dumps(
            {
                "rows": rows,
                "first_frame_ms": round(loaded["first"]),
                "main_thread_blocked_ms": round(loaded["blocked"]),
                "until_complete_ms": round(loaded["first"] + full),
            }
        )
    )
    before = cpu_seconds(browser_pid)
    pan = page.evaluate("() => bench.pan(20)")
    cpu = (cpu_seconds(browser_pid) - before) / 20 * 1000
    print(
        json.dumps(
            {
                "pan_ms_per_frame": round(pan["msPerFrame"], 1),
                "pan_cpu_ms_per_frame": round(cpu),
                "script_ms_per_frame": round(pan["script"], 2),
                "budget": pan["budget"],
            }
        )
    )
    page.evaluate("async () => { bench.map.fit(); await bench.settled(); }")
    pick = page.evaluate(PICK)
    lasso = page.evaluate(LASSO)
    print(
        json.dumps(
            {
                "pick_ms_median": pick["median"],
                "pick_ms_worst": pick["worst"],
                "pick_ms_before_index": pick_at_once["median"],
                "lasso_ms": round(lasso["ms"], 1),
                "lasso_rows": lasso["rows"],
            }
        )
    )
    colors = page.evaluate(COLORS)
    stats = page.evaluate("() => bench.map.stats()")
    error = page.evaluate("() => document.querySelector('#canvas').getContext('webgl2').getError()")
    if error != 0:
        failed.append(f"WebGL error {error}")
    print(
        json.dumps(
            {
                "inked_share": round(colors["inked"], 3),
                "pixels_by_color": colors["near"],
                "drawn": stats["drawn"],
                "software": stats["software"],
            }
        )
    )
    if stats["drawn"] != rows or not stats["complete"]:
        failed.append(f"{stats['drawn']} of {rows} dots drawn")
    if sum(count > 20 for count in colors["near"]) < 12:
        failed.append(f"colours of the palette missing in the picture: {colors['near']}")
    if pick["hits"] == 0 or lasso["rows"] == 0:
        failed.append("nothing picked or nothing in the lasso")
    return failed


LOSE = """async () => {
  const { map } = bench, canvas = document.querySelector('#canvas');
  bench.load('mnist', 20000, { color: 'label', size: true, labels: false });
  await bench.settled();
  const look = () => map.readPixels(0, 0, canvas.width, canvas.height);
  const before = look();
  const loser = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
  loser.loseContext();
  await new Promise((r) => setTimeout(r, 100));
  const lost = map.stats().contextLost;
  map.setTheme('dark'); map.setSelection(new Uint32Array(0)); map.pick(100, 100);
  loser.restoreContext();
  await new Promise((r) => setTimeout(r, 300));
  await bench.settled();
  const after = look();
  return { lost, same: before.every((v, i) => v === after[i]), ink: before.some((v) => v > 0) };
}"""

TRAVEL = """async () => {
  const { map } = bench;
  const { x, y } = bench.data(), seen = [];
  const stop = map.on('camera', () => 0);
  map.setPositions(x.map((v) => -v * 100), y.map((v) => v * 100));
  const during = map.pick(...map.screenOf(5));
  await bench.settled(); stop();
  return { during, after: map.pick(...map.screenOf(5)) !== null, complete: map.stats().complete };
}"""

DEEP = """async () => {
  // Two dots one float32 step apart, far from the origin, are distinct pixels at the deepest zoom.
  const { map } = bench, canvas = document.querySelector('#canvas');
  const x = Float32Array.of(700, 701, 700.5, 700.50006);
  const y = Float32Array.of(-300, -301, -300.5, -300.5);
  map.setPositions(x, y); map.setSize(null);
  map.camera = { x: (x[2] + x[3]) / 2, y: -300.5, zoom: 4000 };
  await bench.settled();
  const found = [];
  for (const row of [2, 3]) {
    const [sx, sy] = map.screenOf(row), k = devicePixelRatio;
    const p = map.readPixels(Math.floor(sx * k), Math.floor(canvas.height - sy * k), 1, 1);
    found.push({ x: sx, alpha: p[3] });
  }
  return found;
}"""


def survive(page: Page) -> list[str]:
    """Lose the WebGL context, move every dot, zoom to the limit; returns what failed."""
    failed = []
    lost = page.evaluate(LOSE)
    if lost != {"lost": True, "same": True, "ink": True}:
        failed.append(f"after a lost context: {lost}")
    travel = page.evaluate(TRAVEL)
    if travel != {"during": None, "after": True, "complete": True}:
        failed.append(f"after new positions: {travel}")
    left, right = page.evaluate(DEEP)
    if left["alpha"] < 150 or right["alpha"] < 150 or right["x"] - left["x"] < 20:
        failed.append(f"deep zoom: {left}, {right}")
    return failed


# What is worth looking at, by name: a script that brings the map there.
SCENES = {
    "zoomed": "map.zoomTo(1234); await bench.settled()",
    "deep": "map.camera = { ...map.camera, zoom: 6000 }; await bench.settled()",
    "filtered": "map.setMask(bench.mask((i) => i % 9 === 0), 'grey'); await bench.settled()",
    "hidden": "map.setMask(bench.mask((i) => i % 9 === 0), 'hide'); await bench.settled()",
    "one": "map.setSelection(Uint32Array.of(77)); map.setHovered(99); await bench.settled()",
    "selected": "map.setSelection(map.rowsInside([[2, -4], [14, -2], [9, 8], [3, 2]]));"
    " await bench.settled()",
    "moving": "await bench.pan(4)",
    "zooming": "for (let i = 0; i < 4; i++) { map.camera = { ...map.camera, zoom: 1.1 ** i };"
    " await new Promise((r) => setTimeout(r, 120)) }",
}
RESET = (
    "map.setMask(null); map.setSelection(new Uint32Array(0)); map.setHovered(null);"
    " map.fit(); await bench.settled()"
)


def pictures(page: Page, folder: Path) -> None:
    """Save screenshots of typical maps and states, dark and light."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = [
        ("mnist", 2000, "label", False),
        ("mnist", 70_000, "label", False),
        ("mnist", 70_000, "loss", True),
        ("clusters", 1_000_000, "label", False),
    ]
    for kind, rows, color, size in cases:
        looks = {"color": color, "size": size, "labels": True, "shapes": rows == 2000}
        page.evaluate(LOAD, [kind, rows, looks])
        for theme in ("light", "dark"):
            page.evaluate("async (t) => { bench.theme(t); await bench.settled(); }", theme)
            page.screenshot(path=folder / f"{kind}-{rows}-{color}-{theme}.png")
        for name, script in SCENES.items():
            page.evaluate(f"async () => {{ const map = bench.map; {script} }}")
            page.screenshot(path=folder / f"{kind}-{rows}-{color}-{name}.png")
            page.evaluate(f"async () => {{ const map = bench.map; {RESET} }}")


def main() -> int:
    """Run the bench; 0 when all checks hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    chromium = os.environ.get("PERCEPTA_CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder))
        server = serve(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/index.html")
        failed = measure(page, os.getpid(), options.rows)
        failed += survive(page)
        if options.pictures is not None:
            pictures(page, options.pictures)
        failed += errors
        browser.close()
        server.shutdown()
    for failure in failed:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

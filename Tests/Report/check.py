#!/usr/bin/env python3
"""Opens a report of `penstock reconcile` in a headless Chromium and uses it: charts, filters, details, pages.

    Tests/Report/check.py REPORT.html [--browser chromium] [--screenshot FILE.png]

What must be seen is computed from the data in the report. Exit code 1 when anything is not as it must be, or when the
browser's console has a message.
"""
import argparse
import html
import pathlib
import re
import subprocess
import sys
import tempfile

PROBE = r"""
<pre id="probe"></pre>
<script>
const lines = [];
const check = (name, isGood) => lines.push((isGood ? "ok   " : "FAIL ") + name);
const one = (selector) => document.querySelector(selector), all = (selector) => [...document.querySelectorAll(selector)];
const summary = JSON.parse(one("#summary").textContent), rows = JSON.parse(one("#rows").textContent);
const count = () => Number(one("#count").textContent.split(" ")[0].replaceAll(",", ""));
const present = summary.verdicts.filter((verdict) => verdict[2] > 0);
const place = (pointer) => pointer.replace(/\/\d+(?=\/|$)/g, "/*");
const clear = () => one("#clear").click();

check("an arc for each verdict", all("#donut circle").length === present.length);
check("a card for each verdict", all(".card").length === summary.verdicts.length);
check("a bar for each member", all("#members .bar").length === Math.min(10, summary.members.length));
check("a bar for each reason", all("#reasons .bar").length === Math.min(10, summary.reasons.length));
check("the bars have lengths", all(".track i").every((bar) => bar.getBoundingClientRect().width > 0));
check("all are counted", count() === rows.length);
check("a page is shown", all("#rows-shown tr.row").length === Math.min(50, rows.length));
for (const chip of all(".chip")) {
  const verdict = chip.dataset.verdict;
  chip.click();
  check(`only ${verdict}`, count() === rows.filter((row) => row[1] === verdict).length
    && all("#rows-shown .badge").every((badge) => badge.textContent === chip.textContent));
  clear();
}
for (const [pointer] of summary.members.slice(0, 5)) {
  const menu = one("#member");
  menu.value = pointer || "(whole)";
  menu.dispatchEvent(new Event("change"));
  check(`only those with ${pointer}`, count() === rows.filter((row) => row[1] === "different"
    && row[4].some((difference) => place(difference[0]) === pointer)).length);
  clear();
}
if (rows.length) {
  const search = one("#search"), row = rows.find((row) => row[4].length) ?? rows[0];
  search.value = row[0];
  search.dispatchEvent(new Event("input"));
  check("a key is found", count() >= 1 && count() < Math.max(2, rows.length)
    && all("#rows-shown tr.row code").some((code) => code.textContent === row[0]));
  all("#rows-shown tr.row").find((line) => line.textContent.startsWith(row[0])).click();
  check("both sides of each member", all(".sides > div").length === 3 + 3 * row[4].length);
  search.value = "there is no such thing";
  search.dispatchEvent(new Event("input"));
  check("nothing is found", count() === 0 && !one("#nothing").hidden);
  clear();
}
if (rows.length > 50) {
  one("#next").click();
  check("the second page", one("#page").textContent.startsWith("2 /"));
  one("#previous").click();
}
check("the first page", one("#previous").disabled);
check("nothing else is loaded", performance.getEntriesByType("resource").length === 0);
lines.push("end");
one("#probe").textContent = lines.join("\n");
</script>
"""


def browse(browser, *arguments):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--enable-logging=stderr", "--log-level=0", "--virtual-time-budget=3000", *arguments],
            capture_output=True, text=True, timeout=120)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--screenshot", type=pathlib.Path)
    options = parser.parse_args()
    page = options.report.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "report.html")
        copy.write_text(page.replace("</body>", PROBE + "</body>"), encoding="utf-8")
        seen = browse(options.browser, "--dump-dom", copy.as_uri())
    found = re.search(r'<pre id="probe">(.*?)</pre>', seen.stdout, re.S)
    lines = html.unescape(found.group(1)).splitlines() if found else []
    console = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
    print("\n".join(lines + console))
    if options.screenshot:
        browse(options.browser, f"--screenshot={options.screenshot.resolve()}", "--window-size=1280,960",
               "--hide-scrollbars", options.report.resolve().as_uri())
    is_good = lines[-1:] == ["end"] and not console and not any(line.startswith("FAIL") for line in lines)
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()

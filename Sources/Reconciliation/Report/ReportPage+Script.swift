extension ReportPage {
    static let script = #"""
        "use strict";
        (() => {
          const get = (id) => document.getElementById(id);
          const summary = JSON.parse(get("summary").textContent);
          const rows = JSON.parse(get("rows").textContent);
          const titles = Object.fromEntries(summary.verdicts.map(([name, title]) => [name, title]));
          const pageSize = 50;
          const state = { verdicts: new Set(), member: "", text: "", page: 0, open: new Set() };
          const number = new Intl.NumberFormat("en").format;
          const percent = (count, total) => total ? (100 * count / total).toFixed(count === total ? 0 : 2) + " %" : "–";

          const make = (tag, attributes = {}, ...children) => {
            const element = document.createElement(tag);
            for (const [name, value] of Object.entries(attributes)) {
              if (name === "tone") element.style.setProperty("--tone", `var(--${value})`);
              else if (name === "width") element.style.width = value;
              else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
              else element.setAttribute(name, value);
            }
            element.append(...children);
            return element;
          };
          const place = (pointer) => pointer.replace(/\/\d+(?=\/|$)/g, "/*");
          const whole = (pointer) => pointer === "" ? "the whole document" : pointer;

          // The head, the cards and the charts.
          get("title").textContent = summary.title;
          get("facts").append(...summary.facts.map(([name, value]) =>
            make("div", {}, make("dt", {}, name), make("dd", {}, value))));
          const total = summary.verdicts.reduce((sum, verdict) => sum + verdict[2], 0);
          get("cards").append(...summary.verdicts.map(([name, title, count]) =>
            make("div", { class: "card", tone: name },
              make("b", {}, number(count)), make("span", {}, title + " · " + percent(count, total)))));

          const drawDonut = () => {
            const space = "http://www.w3.org/2000/svg";
            const svg = document.createElementNS(space, "svg");
            svg.setAttribute("viewBox", "0 0 100 100");
            svg.setAttribute("role", "img");
            svg.setAttribute("aria-label", summary.verdicts.map((v) => v[1] + " " + v[2]).join(", "));
            const radius = 40, around = 2 * Math.PI * radius;
            let start = 0;
            for (const [name, , count] of summary.verdicts) {
              if (!count) continue;
              // A sliver is shown, too.
              const share = Math.max(count / total, 0.004);
              const arc = document.createElementNS(space, "circle");
              const values = { cx: 50, cy: 50, r: radius, fill: "none", "stroke-width": 14,
                stroke: `var(--${name})`, "stroke-dasharray": `${share * around} ${around}`,
                "stroke-dashoffset": -start * around, transform: "rotate(-90 50 50)" };
              for (const [key, value] of Object.entries(values)) arc.setAttribute(key, value);
              svg.append(arc);
              start += count / total;
            }
            for (const [text, y, type] of [[number(total), 53, ""], ["keys", 62, "small"]]) {
              const label = document.createElementNS(space, "text");
              label.setAttribute("x", 50);
              label.setAttribute("y", y);
              label.setAttribute("class", type);
              label.textContent = text;
              svg.append(label);
            }
            const legend = make("div", { class: "legend" }, ...summary.verdicts.filter((v) => v[2]).map((v) =>
              make("div", { tone: v[0] }, make("i"), v[1] + " ", make("span", {}, percent(v[2], total)))));
            get("donut").append(svg, legend);
          };
          const drawBars = (id, entries, none) => {
            const most = Math.max(...entries.map((entry) => entry.count), 1);
            const bars = entries.slice(0, 10).map((entry) => {
              const name = entry.choose
                ? make("button", { class: "name", type: "button", title: entry.name, onclick: entry.choose }, entry.name)
                : make("span", { class: "name", title: entry.name }, entry.name);
              return make("div", { class: "bar", tone: entry.tone }, name,
                make("span", { class: "count" }, number(entry.count)),
                make("div", { class: "track" }, make("i", { width: 100 * entry.count / most + "%" })));
            });
            get(id).append(...(bars.length ? bars : [make("p", { class: "none" }, none)]));
          };
          drawDonut();
          drawBars("members", summary.members.map(([name, count]) => ({ name: whole(name), count, tone: "different",
            choose: () => { state.member = get("member").value = name || "(whole)"; show(true); } })), "No member differs.");
          drawBars("reasons", summary.reasons.map(([verdict, name, count]) => ({ name, count, tone: verdict })), "None.");

          // The filters.
          const chips = summary.verdicts.filter(([name, , count]) => count && name !== "equal").map(([name, title]) => {
            const chip = make("button", { class: "chip", type: "button", tone: name, "aria-pressed": "false",
              "data-verdict": name }, title);
            chip.addEventListener("click", () => {
              state.verdicts.has(name) ? state.verdicts.delete(name) : state.verdicts.add(name);
              chip.setAttribute("aria-pressed", String(state.verdicts.has(name)));
              show(true);
            });
            return chip;
          });
          get("chips").append(...chips);
          get("member").append(make("option", { value: "" }, "every member"), ...summary.members.map(([name, count]) =>
            make("option", { value: name || "(whole)" }, `${whole(name)} (${number(count)})`)));
          get("member").addEventListener("change", (event) => { state.member = event.target.value; show(true); });
          get("search").addEventListener("input", (event) => { state.text = event.target.value.toLowerCase(); show(true); });
          get("clear").addEventListener("click", () => {
            state.verdicts.clear();
            state.member = state.text = get("member").value = get("search").value = "";
            chips.forEach((chip) => chip.setAttribute("aria-pressed", "false"));
            show(true);
          });
          get("previous").addEventListener("click", () => { state.page -= 1; show(false); });
          get("next").addEventListener("click", () => { state.page += 1; show(false); });
          for (const row of rows) row.text = JSON.stringify(row).toLowerCase();
          const matches = (row) => (!state.verdicts.size || state.verdicts.has(row[1]))
            && (!state.member || (row[1] === "different" && row[4].some(([pointer]) =>
              place(pointer) === (state.member === "(whole)" ? "" : state.member))))
            && (!state.text || row.text.includes(state.text));

          // The findings.
          const pretty = (json) => {
            try { return JSON.stringify(JSON.parse(json), null, 2); } catch { return json; }
          };
          const side = (json, type) => json === null
            ? make("div", { class: "absent" }, "not there")
            : make("div", { class: type }, make("pre", {}, make("code", {}, pretty(json))));
          const details = (row) => make("tr", { class: "details" }, make("td", { colspan: "4" },
            row[2] ? make("p", {}, row[2]) : "",
            row[4].length ? make("div", { class: "sides" },
              make("div", { class: "head" }, "member"), make("div", { class: "head" }, "should be"),
              make("div", { class: "head" }, "is"),
              ...row[4].flatMap(([pointer, expected, actual]) => [
                make("div", {}, make("code", {}, whole(pointer))), side(expected, "add"), side(actual, "gone")])) : ""));
          const what = (row) => row[1] === "different" && row[4].length
            ? row[4].slice(0, 6).map(([pointer]) => make("code", { class: "pointer" }, whole(pointer)))
                .concat(row[4].length > 6 ? [`+ ${row[4].length - 6}`] : [])
            : [row[2] ?? ""];
          function show(isNew) {
            if (isNew) state.page = 0;
            const found = rows.filter(matches);
            const pages = Math.max(1, Math.ceil(found.length / pageSize));
            state.page = Math.min(Math.max(state.page, 0), pages - 1);
            const shown = found.slice(state.page * pageSize, (state.page + 1) * pageSize);
            get("rows-shown").replaceChildren(...shown.flatMap((row) => {
              const isOpen = state.open.has(row);
              const line = make("tr", { class: "row", tabindex: "0", "aria-expanded": String(isOpen) },
                make("td", {}, make("code", {}, row[0])),
                make("td", {}, make("span", { class: "badge", tone: row[1] }, titles[row[1]])),
                make("td", {}, ...what(row)), make("td", {}, row[3] ?? ""));
              const toggle = () => { isOpen ? state.open.delete(row) : state.open.add(row); show(false); };
              line.addEventListener("click", toggle);
              line.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
              return isOpen ? [line, details(row)] : [line];
            }));
            get("nothing").hidden = found.length > 0;
            get("count").textContent = `${number(found.length)} of ${number(rows.length)}`;
            get("page").textContent = `${number(state.page + 1)} / ${number(pages)}`;
            get("previous").disabled = state.page === 0;
            get("next").disabled = state.page === pages - 1;
          }
          const leftOut = total - summary.verdicts[0][2] - rows.length;
          if (leftOut > 0) {
            get("left-out").hidden = false;
            get("left-out").textContent = `${number(leftOut)} more are counted above and not listed here; `
              + "`penstock reconcile --output csv` lists all.";
          }
          show(true);
        })();
        """#
}

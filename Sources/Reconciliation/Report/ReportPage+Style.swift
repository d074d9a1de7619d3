extension ReportPage {
    static let style = """
        :root {
          --ground: #f5f6f8; --panel: #ffffff; --ink: #1d2330; --soft: #606b80; --line: #e2e6ec;
          --equal: #2f9e6e; --different: #d9822b; --missing: #d64550; --unknown: #7a5cc9;
          --not_comparable: #8a93a3; --in_motion: #3884c8; --add: #e3f6ec; --gone: #fde9ea; --accent: #2f6fde;
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #11151c; --panel: #1a202a; --ink: #e7ebf2; --soft: #97a3b6; --line: #2b3442;
            --equal: #41c18c; --different: #f0a04b; --missing: #f06a74; --unknown: #a78bfa;
            --not_comparable: #8793a6; --in_motion: #5aa9ef; --add: #17362a; --gone: #40222a; --accent: #6ea0ff;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        header {
          display: flex; flex-wrap: wrap; gap: 16px 48px; justify-content: space-between; align-items: flex-end;
          padding: 28px clamp(16px, 4vw, 48px) 20px; border-bottom: 1px solid var(--line); background: var(--panel);
        }
        .brand { margin: 0; color: var(--soft); font-size: 12px; letter-spacing: .08em; text-transform: uppercase; }
        h1 { margin: 2px 0 0; font-size: 24px; font-weight: 650; letter-spacing: -.01em; }
        dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0; }
        dl div { min-width: 0; } dt { color: var(--soft); font-size: 11px; } dd { margin: 0; overflow-wrap: anywhere; }
        main { padding: 20px clamp(16px, 4vw, 48px) 48px; display: grid; gap: 16px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; }
        .card {
          background: var(--panel); border: 1px solid var(--line); border-top: 3px solid var(--tone);
          border-radius: 10px; padding: 12px 16px;
        }
        .card b { display: block; font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; }
        .card span { color: var(--soft); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 16px; }
        .panel {
          background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 0;
          min-width: 0;
        }
        figcaption { font-weight: 600; margin-bottom: 10px; }
        .donut { display: flex; align-items: center; gap: 20px; flex-wrap: wrap; }
        .donut svg { width: 150px; height: 150px; flex: none; }
        .donut text { fill: var(--ink); font-size: 13px; font-weight: 650; text-anchor: middle; }
        .donut text.small { fill: var(--soft); font-size: 7px; font-weight: 400; }
        .legend { display: grid; gap: 3px; } .legend span { color: var(--soft); }
        .legend i {
          display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px;
          background: var(--tone);
        }
        .bars { display: grid; gap: 6px; }
        .bar { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; align-items: baseline; }
        .bar button { all: unset; cursor: pointer; } .bar button:hover { color: var(--accent); }
        .bar .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
        .bar .name, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; }
        .bar .count { font-variant-numeric: tabular-nums; color: var(--soft); }
        .bar .track {
          grid-column: 1 / -1; height: 6px; border-radius: 3px; background: var(--line); overflow: hidden;
        }
        .bar .track i { display: block; height: 100%; border-radius: 3px; background: var(--tone); }
        .none { color: var(--soft); margin: 0; }
        .filters { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 12px; }
        .chips { display: flex; flex-wrap: wrap; gap: 6px; }
        .chip, .filters select, .filters input, .filters > button, .pager button {
          font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 999px;
          padding: 4px 12px;
        }
        .filters select { max-width: 260px; background: var(--panel); } .filters input { flex: 1 1 200px; }
        .chip { cursor: pointer; border-color: var(--tone); }
        .chip[aria-pressed=true] { background: var(--tone); color: var(--panel); }
        .filters > button, .pager button { cursor: pointer; }
        button:disabled { opacity: .4; cursor: default; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        #count { color: var(--soft); margin-left: auto; }
        #left-out { background: var(--gone); border-radius: 8px; padding: 8px 12px; margin: 0 0 12px; }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; }
        th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12px; padding: 6px 8px; }
        th:nth-child(1) { width: 24%; } th:nth-child(2) { width: 130px; } th:nth-child(4) { width: 110px; }
        td { padding: 8px; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        tr.row { cursor: pointer; } tr.row:hover td { background: color-mix(in srgb, var(--accent) 6%, transparent); }
        .badge { color: var(--tone); font-weight: 600; white-space: nowrap; }
        .pointer { border: 1px solid var(--line); border-radius: 6px; padding: 0 6px; margin: 0 4px 2px 0; }
        .pointer { display: inline-block; }
        .sides { display: grid; grid-template-columns: minmax(90px, 22%) 1fr 1fr; gap: 1px; background: var(--line); }
        .sides { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
        .sides > * { background: var(--panel); padding: 6px 10px; overflow-wrap: anywhere; min-width: 0; }
        .sides .head { color: var(--soft); font-size: 12px; } .sides pre { margin: 0; white-space: pre-wrap; }
        .sides .add { background: var(--add); } .sides .gone { background: var(--gone); }
        .sides .absent { color: var(--soft); font-style: italic; }
        .pager { display: flex; gap: 12px; align-items: center; justify-content: flex-end; margin-top: 12px; }
        @media (max-width: 640px) { th:nth-child(4), td:nth-child(4) { display: none; } }
        @media print { .filters, .pager { display: none; } body { background: white; } }
        """
}

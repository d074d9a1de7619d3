/// The parts of the report that are the same in each.
enum ReportPage {
    static func beginning(title: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" \
        content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
        <link rel="icon" href="data:,">
        <title>\(escaped(title))</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        \(body)

        """
    }

    static var end: String { "<script>\n\(script)\n</script>\n</body>\n</html>\n" }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }

    private static let body = """
        <header>
          <div><p class="brand">Penstock · reconcile</p><h1 id="title"></h1></div>
          <dl id="facts"></dl>
        </header>
        <main>
          <section class="cards" id="cards" aria-label="Keys by verdict"></section>
          <section class="charts">
            <figure class="panel"><figcaption>Keys</figcaption><div id="donut" class="donut"></div></figure>
            <figure class="panel"><figcaption>Members that differ</figcaption>
              <div id="members" class="bars"></div></figure>
            <figure class="panel"><figcaption>Reasons</figcaption><div id="reasons" class="bars"></div></figure>
          </section>
          <section class="panel findings">
            <div class="filters" role="search">
              <div id="chips" class="chips" role="group" aria-label="Verdicts"></div>
              <select id="member" aria-label="Member"></select>
              <input id="search" type="search" placeholder="key, value or reason" aria-label="Search">
              <button id="clear" type="button">Clear</button>
              <output id="count"></output>
            </div>
            <p id="left-out" hidden></p>
            <table>
              <thead><tr><th>Key</th><th>Verdict</th><th>What</th><th>Event</th></tr></thead>
              <tbody id="rows-shown"></tbody>
            </table>
            <p id="nothing" hidden>Nothing to show.</p>
            <nav class="pager" aria-label="Pages">
              <button id="previous" type="button">‹ Back</button><span id="page"></span>
              <button id="next" type="button">Next ›</button>
            </nav>
          </section>
        </main>
        <noscript>This report is drawn by its own script; nothing is loaded from elsewhere.</noscript>
        """
}

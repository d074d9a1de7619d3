@testable import JQ

/// What the reference of builtins says beside their own entries.
enum LanguageNotes {
    static let introduction = """
        # The jq language of mappings

        Made from the table of builtins in `Sources/JQ/Builtins`; do not edit. Every example here is a test.

        Mappings, conditions and the command `penstock map` speak jq 1.7, whole, with the grammar and the messages of
        jq 1.8; jq's own test files decide. What follows are its builtins, what there is beyond jq, what is refused,
        and where we deviate on purpose. The language itself is described in
        [jq's manual](https://jqlang.org/manual/v1.7/).

        An example reads `input | program  →  output`; several outputs stand behind one another with commas.

        ## Variables

        Programs of a flow are given these, and so are the modules that they import.

        | variable | holds |
        |---|---|
        | `$event` | The attributes of the CloudEvent: `id`, `source`, `type`, `subject`, `time` and its extensions. |
        | `$headers` | The headers of the Kafka record: an object of strings. |
        | `$reference` | What is remembered for the event's key; `{}` when nothing is. |
        | `$steps` | The answers that earlier steps got for this event: `$steps.name.status` and `$steps.name.body`. |

        ## Modules

        `import "path" as name;` makes the definitions of the file `path.jq` known as `name::definition`,
        `include "path";` makes them known by their own names, and `import "path" as $name;` binds `$name` to an array
        of the values in the JSON file `path.json`. Paths are relative to the flow's folder, in modules, too, and never
        leave it; `{search: "./"}` looks in the importing file's own folder first. Modules that import each other are
        refused. A fault in a module is reported with the module's file, line and column.

        ## Limits

        A program takes at most so many steps for an event (a million by default), and so much memory; it nests no
        deeper than the stack allows; and a regular expression that backtracks without end is given up. Each ends with
        an error that says so, which `try` does not catch, except that a pattern's can be caught.
        """

    static let bySubject: [String: String] = [
        "Decimals": """
        jq's own arithmetic is that of IEEE doubles: `0.1 + 0.2` is `0.30000000000000004`. These functions calculate
        exactly with decimal digits. They take numbers, by the digits that they are written with, and strings that
        hold a number; a number that was computed counts as the shortest decimal that reads back as it. Their results
        are numbers that keep all their digits, also trailing zeros, when they are printed.

        Sums and differences have the scale (the digits behind the point) of the more precise operand, products the
        sum of both scales; quotients and rounded numbers have the scale that is asked for. Rounding goes by default
        to the nearest with halves away from zero (`half_up`), as invoices are rounded; `half_even` is banker's
        rounding. Operands and results have at most 1000 digits in plain notation; beyond that is an error.
        """,
        "Value maps": """
        Code lists that are declared beside the flow. A code is a string; a number or a boolean stands for its JSON
        text; `null` is a code that no map has. A code that is not in the map gives the default of the call, or else
        the default that the map declares, or else it is an error, which makes the event fault. A map's name that is
        written in the program is checked when it is compiled. The examples know the map
        `countries`: `{"DE": "276", "AT": "040"}`.
        """,
        "Regular expressions": """
        Patterns are Perl's, as in jq: PCRE2 matches them, with Unicode's classes. Flags are letters in a string:
        `g` all matches, `i` either case, `x` white space and comments in the pattern are ignored, `m` or `p`
        the dot matches line breaks as well, `n` empty matches are ignored, `l` the longest match instead of the first,
        `s` single-line mode, which is so anyway: `^` and `$` are the ends of the text. A pattern that backtracks beyond a million steps is given up
        with an error.
        """,
        "Dates": """
        There is neither a time zone but UTC nor a locale: an event means the same wherever it is mapped. A time is the
        seconds since 1970-01-01T00:00:00Z, or an array of year, month from 0, day, hour, minute, second, weekday and
        day of the year.
        """,
        "Mathematics": "The functions of C's mathematics library, on doubles.",
    ]

    static let formats: [(name: String, summary: String, example: Builtin.Example)] = [
        ("text", "What `tostring` gives.", .init("@text", "[1]", #""[1]""#)),
        ("json", "What `tojson` gives.", .init(#"@json "name: \(.)""#, #""Ada""#, #""name: \"Ada\"""#)),
        ("csv", "An array as a row of comma-separated values.", .init("@csv", #"["a\"b",1]"#, #""\"a\"\"b\",1""#)),
        ("tsv", "An array as a row of tab-separated values.", .init("@tsv", #"["a\tb",1]"#, #""a\\tb\t1""#)),
        ("html", "Escaped for HTML and XML.", .init("@html", #""a<b & c""#, #""a&lt;b &amp; c""#)),
        ("uri", "Percent-encoded.", .init(#"@uri "/clients/\(.)""#, #""a b/ü""#, #""/clients/a%20b%2F%C3%BC""#)),
        ("urid", "Percent-decoded.", .init("@urid", #""a%20b""#, #""a b""#)),
        ("sh", "Quoted for a shell.", .init("@sh", #""it's""#, #""'it'\\''s'""#)),
        ("base64", "Base64 (RFC 4648).", .init("@base64", #""Zoë""#, #""Wm/Dqw==""#)),
        ("base64d", "The text of Base64.", .init("@base64d", #""Wm/Dqw==""#, #""Zoë""#)),
        ("base32", "Base32 (RFC 4648).", .init("@base32", #""Zoë""#, #""LJX4HKY=""#)),
        ("base32d", "The text of Base32.", .init("@base32d", #""LJX4HKY=""#, #""Zoë""#)),
    ]

    static let deviations = """
        ## Where we deviate from jq

        - Numbers that are only moved keep their notation, digit for digit: `1.50` stays `1.50` and `1e2` stays `1e2`,
          also through `tostring`, `tonumber`, `fromjson`, unary minus and `abs`. Two numbers are equal when their exact
          decimal values are. Arithmetic is that of doubles, as in jq.
        - JSON is RFC 8259 to the letter: a byte order mark, `NaN`, `Infinity`, a lone surrogate and an object with two
          members of one name are refused.
        - `tojson` writes a value whole, however deep; jq cuts it off below 10,000 levels.
        - `localtime`, `mktime` and `strflocaltime` know no zone but UTC, and `strftime` and `strptime` no locale.
        - `now` is the time at which the evaluation began, the same throughout.
        - Regular expressions are matched by PCRE2 instead of Oniguruma. Both speak Perl's notation; what only one of
          them knows (such as Oniguruma's absent operator) is the other's error.
        - Modules are found in the flow's own folder, not along a search path.
        - A function calls itself only by its own name and number of parameters; the text of a program nests at most
          1000 levels deep.
        - A program that must yield one document yields exactly one: none or several is an error.
        """
}

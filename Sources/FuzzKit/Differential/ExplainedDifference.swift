/// Where we differ from jq 1.6, on purpose and why. In each of these we do what jq 1.7 or 1.8 does.
///
/// An explanation is checked, not believed: the function's definition as of jq 1.6 is put before the program, and when
/// the program then gives here what it gives there, that function is the whole difference.
public struct ExplainedDifference: Sendable {
    /// What differs.
    public let name: String
    /// What changed, and with which version.
    public let reason: String
    /// Words of a program that let it depend on this.
    let words: [String]
    /// The functions as jq 1.6 has them. What an earlier definition calls is ours.
    let definitions: String

    /// A definition of the program's own that goes away.
    var replaced = ""

    public func concerns(_ program: String) -> Bool { words.contains { program.contains($0) } }

    /// A program with the functions as jq 1.6 has them.
    func applied(to program: String) -> String {
        definitions + "\n" + (replaced.isEmpty ? program : program.replacing(replaced, with: ""))
    }

    /// All whose words are in the program.
    static func concerning(_ program: String) -> [ExplainedDifference] { all.filter { $0.concerns(program) } }
}

extension ExplainedDifference {
    public static let all: [ExplainedDifference] = [
        ExplainedDifference(
            name: "limit and nth",
            reason: """
                jq 1.8: limit refuses a negative count (1.6: no limit at all), limit(0; f) does not run f (1.6: gives its \
                first output), and nth gives nothing where there are too few outputs (1.6: the last one or null)
                """,
            words: ["limit(", "nth("],
            definitions: """
                def limit($n; f): if $n < 0 then f else label $out
                  | foreach f as $x ($n; . - 1; $x, if . <= 0 then break $out else empty end) end;
                def nth($n; f): if $n < 0 then error("negative") else reduce limit($n + 1; f) as $x (null; $x) end;
                """),
        ExplainedDifference(
            name: "updates with nothing",
            reason:
                "jq 1.7: `p |= empty` deletes all that p leads to (1.6: it skips the one behind each that it deletes)",
            words: ["update("],
            definitions: """
                def update(p; f): reduce path(p) as $p (.;
                  label $out | (setpath($p; getpath($p) | f) | ., break $out), delpaths([$p]));
                """,
            replaced: "def update(p; f): p |= f;"),
        ExplainedDifference(
            name: "map_values with nothing", reason: "jq 1.7: an update with nothing deletes all",
            words: ["map_values("],
            definitions: """
                def map_values(f): reduce path(.[]) as $p (.;
                  label $out | (setpath($p; getpath($p) | f) | ., break $out), delpaths([$p]));
                """),
        ExplainedDifference(
            name: "times before 1970",
            reason: """
                our own way: the second before 1970 is a time like any other (jq takes the C library's -1 for a fault), \
                and fractions of seconds before 1970 are counted downwards (jq: towards 1970)
                """,
            words: ["todate", "strftime(", "mktime", "gmtime", "fromdate"],
            definitions: """
                def towards: if type == "number" and . < 0 then ceil else . end;
                def floored_gmtime: gmtime;
                def gmtime: if type == "number" and . < 0 and floor != . then (. - floor) as $rest
                  | towards | floored_gmtime | .[5] += $rest else floored_gmtime end;
                def floored_strftime(f): strftime(f);
                def strftime(f): towards | floored_strftime(f);
                def unlimited_mktime: mktime;
                def mktime: unlimited_mktime | if . == -1 then error("invalid gmtime representation") else . end;
                def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
                def todate: todateiso8601;
                def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
                def fromdate: fromdateiso8601;
                """),
        ExplainedDifference(
            name: "strings times zero",
            reason: "jq 1.8: a string times a number that is not above zero is empty (1.6: null)",
            words: ["times("],
            definitions: """
                def times(a; b): b as $b | a as $a | ([$a, $b] | map(type) | sort) as $types
                  | ([$a, $b] | map(numbers) | .[0]) as $number
                  | if $types != ["number", "string"] or $number >= 1 then $a * $b
                    elif $number > 0 then [$a, $b] | map(strings) | .[0] else null end;
                """,
            replaced: "def times(a; b): a * b;"),
        ExplainedDifference(
            name: "fractions as positions", reason: "jq 1.7: a position is rounded down (1.6: there is nothing)",
            words: ["at("],
            definitions: """
                def at(i): . as $in | i as $i | if type == "array" and ($i | type) == "number" and ($i | floor) != $i
                  then null else $in[$i] end;
                """,
            replaced: "def at(i): .[i];"),
        ExplainedDifference(
            name: "transpose of objects", reason: "jq 1.8: an object without members has no rows (1.6: an error)",
            words: ["transpose"],
            definitions: """
                def transpose: if . == [] then [] else . as $rows | (map(length) | max) as $width
                  | [range(0; $width) as $x | [range(0; $rows | length) as $y | $rows[$y][$x]]] end;
                """),
        ExplainedDifference(
            name: "reverse of text", reason: "an addition: text is reversed by code points (jq: an error)",
            words: ["reverse"], definitions: "def reverse: [.[length - 1 - range(0; length)]];"),
        ExplainedDifference(
            name: "range by what is no number",
            reason: "our own way: an error, as of range with two bounds (jq compares them, mostly without end)",
            words: ["range("],
            definitions: """
                def range($from; $to; $by): def _range: if ($by > 0 and . < $to) or ($by < 0 and . > $to)
                  then ., (. + $by | _range) else empty end; $from | _range;
                """),
        ExplainedDifference(
            name: "last(f)", reason: "jq 1.8: nothing where f gives nothing (1.6: null)", words: ["last("],
            definitions: "def last(f): reduce f as $x (null; $x);"),
        ExplainedDifference(
            name: "ltrimstr and rtrimstr",
            reason: "jq 1.8: an error for what is no string (1.6: the input as it is)",
            words: ["ltrimstr(", "rtrimstr("],
            definitions: """
                def ltrimstr($x): if type == "string" and ($x | type) == "string" and startswith($x)
                  then .[($x | length):] else . end;
                def rtrimstr($x): if type == "string" and ($x | type) == "string" and endswith($x)
                  then .[:length - ($x | length)] else . end;
                """),
        ExplainedDifference(
            name: "indices in text",
            reason: "jq 1.7: positions count code points, as everywhere else (1.6: bytes)",
            words: ["indices(", "index("],
            definitions: """
                def new_indices($x): indices($x);
                def indices($x): . as $s | if type == "string" and ($x | type) == "string"
                  then [new_indices($x)[] | $s[:.] | utf8bytelength] else new_indices($x) end;
                def index($x): indices($x) | .[0];
                def rindex($x): indices($x) | .[-1:][0];
                """),
        ExplainedDifference(
            name: "dates of short arrays",
            reason: "jq 1.8: missing parts of a broken down time are zero (1.6: an error)",
            words: ["todate", "strftime(", "mktime"],
            definitions: """
                def whole: if type == "array" and (length < 6 or any(.[]; type != "number"))
                  then error("parsed datetime") else . end;
                def new_strftime(f): strftime(f);
                def strftime(f): whole | new_strftime(f);
                def new_mktime: mktime;
                def mktime: whole | new_mktime;
                def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
                def todate: todateiso8601;
                """),
    ]
}

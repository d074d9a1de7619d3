import JSON

/// Dates. There is no locale and no time zone but UTC: an event means the same wherever it is mapped.
extension Builtin {
    static let dates: [Builtin] = [
        Builtin(
            "gmtime", "Seconds since 1970 as year, month from 0, day, hour, minute, second, weekday, day of the year.",
            [.init("gmtime", "1425599621", "[2015,2,5,23,53,41,4,63]")]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.calendarTime(input, "gmtime() requires numeric inputs")
        },
        Builtin(
            "localtime", "The same as `gmtime`: the zone is UTC.",
            [.init("localtime", "1425599621", "[2015,2,5,23,53,41,4,63]")]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.calendarTime(input, "localtime() requires numeric inputs")
        },
        Builtin(
            "mktime", "The seconds since 1970 of such an array.",
            [.init("mktime", "[2015,2,5,23,51,47,4,63]", "1425599507")]
        ) { (evaluator, input, _) throws(Raised) in
            guard input.kind == .array else { throw evaluator.fail("mktime requires array inputs") }
            let time = try evaluator.time(from: input, "mktime requires parsed datetime inputs")
            return .number(Double(time.wholeSecondsSince1970))
        },
        Builtin(
            "strftime(format)", "A time as text.",
            [.init(#"strftime("%d.%m.%Y %H:%M")"#, "1425599621", #""05.03.2015 23:53""#)]
        ) { (evaluator, input, arguments) throws(Raised) in
            try evaluator.formatTime(input, arguments.first, "strftime/1")
        },
        Builtin(
            "strflocaltime(format)", "The same as `strftime`: the zone is UTC.",
            [.init(#"strflocaltime("%H:%M %Z")"#, "1425599621", #""23:53 UTC""#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.formatTime(input, arguments.first, "strflocaltime/1")
        },
        Builtin(
            "strptime(format)", "A text read as a time, in the form that `gmtime` gives.",
            [
                .init(#"strptime("%Y-%m-%d")"#, #""2015-03-05""#, "[2015,2,5,0,0,0,4,63]"),
                .init(#"strptime("%d.%m.%Y") | mktime | todate"#, #""05.03.2015""#, #""2015-03-05T00:00:00Z""#),
            ]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.parseTime(input, arguments.first)
        },
        Builtin(
            "fromdateiso8601", "The seconds since 1970 of a text like `2015-03-05T23:51:47Z`.",
            [.init("fromdateiso8601", #""2015-03-05T23:51:47Z""#, "1425599507")]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.secondsOfISODate(input)
        },
        Builtin(
            "todateiso8601", "Seconds since 1970 as a text like `2015-03-05T23:51:47Z`.",
            [.init("todateiso8601", "1425599507", #""2015-03-05T23:51:47Z""#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.formatTime(input, Evaluator.isoFormat, "strftime/1")
        },
        Builtin(
            "fromdate", "The seconds since 1970 of a text like `2015-03-05T23:51:47Z`.",
            [.init("fromdate", #""2015-03-05T23:51:47Z""#, "1425599507")], jq: "fromdateiso8601"),
        Builtin(
            "todate", "Seconds since 1970 as a text like `2015-03-05T23:51:47Z`.",
            [.init("todate", "1425599507", #""2015-03-05T23:51:47Z""#)], jq: "todateiso8601"),
        Builtin(
            "date", "The same as `todate`.", [.init("date", "1425599507", #""2015-03-05T23:51:47Z""#)],
            jq: "todateiso8601"),
        Builtin(
            "dateadd(unit; number)", "The input plus a number of seconds.",
            [.init(#"dateadd("seconds"; 60)"#, "1425599507", "1425599567")], jq: ". + number"),
        Builtin(
            "datesub(unit; number)", "The input less a number of seconds.",
            [.init(#"datesub("seconds"; 60)"#, "1425599507", "1425599447")], jq: ". - number"),
    ]
}

import Testing

/// Dates, without locale and in UTC. Expected texts are glibc's in the C locale.
@Suite struct DateTests {
    @Test(arguments: [
        ("%Z %z", "UTC +0000"), ("%c", "Thu Mar  5 23:53:41 2015"), ("%x %X %r", "03/05/15 23:53:41 11:53:41 PM"),
        ("%G-W%V-%u %U %W", "2015-W10-4 09 09"), ("%e|%k|%l|%-d|%_d|%^a|%#Z|%5Y|%Q", " 5|23|11|5| 5|THU|utc|02015|%Q"),
        ("%s", "1425599621"), ("%C %y %g", "20 15 15"), ("%Ey", "15"), ("%j", "064"),
        ("%P %p %h %D %F %R %T %n%t%%", "pm PM Mar 03/05/15 2015-03-05 23:53 23:53:41 \\n\\t%"),
    ])
    func strftime(_ format: String, _ expected: String) {
        #expect(outputs("strftime(\"\(format)\")", "1425599621.678") == "\"\(expected)\"")
    }

    @Test(arguments: [
        ("05 Mar 2015", "%d %b %Y", "[2015,2,5,0,0,0,4,63]"), ("2015 64", "%Y %j", "[2015,2,5,0,0,0,4,63]"),
        ("5/3/15 11:20 PM", "%d/%m/%y %I:%M %p", "[2015,2,5,23,20,0,4,63]"),
        ("1425599621", "%s", "[2015,2,5,23,53,41,4,63]"),
        ("Thu, 05 Mar 2015 23:51:47 +0100", "%a, %d %b %Y %H:%M:%S %z", "[2015,2,5,23,51,47,4,63]"),
        ("2015-03-05 rest", "%Y-%m-%d", #"[2015,2,5,0,0,0,4,63," rest"]"#),
        ("2015-13-05", "%Y-%m-%d", #"error: date "2015-13-05" does not match format "%Y-%m-%d""#),
    ])
    func strptime(_ text: String, _ format: String, _ expected: String) {
        #expect(outputs("strptime(\"\(format)\")", "\"\(text)\"") == expected)
    }

    /// Each day of 800 years has the date that follows the one before, and comes back from it.
    @Test func daysRunThroughLeapYears() {
        let program = """
            [range(-146097; 146097; 97) * 86400 | . as $s | gmtime | select(mktime != $s)] | length
            """
        #expect(outputs(program) == "0")
        #expect(outputs("-1.5 | gmtime") == "[1969,11,31,23,59,58.5,3,364]")
        #expect(outputs("1e12 | todate") == #""33658-09-27T01:46:40Z""#)
        #expect(outputs("1e300 | todate").hasPrefix("error: error converting"))
        #expect(outputs("[2024,13,30,25,61,61] | mktime | todate") == #""2025-03-03T02:02:01Z""#)
    }
}

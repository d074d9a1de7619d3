import JSONSchema
import TestKit
import Testing

/// The public suite decides what JSON Schema means.
@Suite(.enabled(if: JSONSchemaSuite.isAvailable, JSONSchemaSuite.howToObtain))
struct JSONSchemaSuiteTests {
    @Test(arguments: [Draft.draft202012, .draft7])
    func required(draft: Draft) throws {
        var suite = JSONSchemaSuite(draft)
        try suite.runRequired()
        suite.report(draft == .draft7 ? "draft 7" : "draft 2020-12")
        #expect(suite.failed == 0)
        #expect(suite.passed > 900, "the suite has a thousand cases, or nearly")
    }

    /// The formats that are assertions, by the suite's optional files. All others are annotations: idn-email,
    /// idn-hostname, iri, iri-reference, relative-json-pointer and uri-template are not run.
    @Test(arguments: [Draft.draft202012, .draft7])
    func formats(draft: Draft) throws {
        var suite = JSONSchemaSuite(draft, assertFormats: true)
        let names = [
            "date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference",
            "uuid", "json-pointer", "regex", "ecmascript-regex", "unknown",
        ]
        for name in names {
            // Draft 7 knows neither durations nor UUIDs.
            if draft == .draft7, name == "duration" || name == "uuid" { continue }
            try suite.run("\(suite.folderOfDraft)/optional/format/\(name).json")
        }
        suite.report(draft == .draft7 ? "draft 7, formats" : "draft 2020-12, formats")
        #expect(suite.failed == 0)
    }

    @Test(arguments: [Draft.draft202012, .draft7])
    func optional(draft: Draft) throws {
        var suite = JSONSchemaSuite(draft, exceptions: Self.optionalExceptions)
        for file in try ConformanceData.files(in: "\(suite.folderOfDraft)/optional", suffix: ".json") {
            try suite.run(file)
        }
        suite.report(draft == .draft7 ? "draft 7, optional" : "draft 2020-12, optional")
        #expect(suite.failed == 0)
        let left = suite.excepted.values.reduce(0, +)
        #expect(left == (draft == .draft7 ? 6 : 1), "what is left out must be there, or the list is too long")
    }

    /// All that is left out of the optional files, for both drafts.
    static let optionalExceptions: [String: String] = {
        let otherDraft = "draft 2019-09 is not supported: a schema that names it is refused when it is compiled"
        let content = "the content keywords are annotations: what a string encodes is not looked at"
        return [
            "optional/cross-draft.json: refs to historic drafts are processed as historic drafts": otherDraft,
            "optional/cross-draft.json: refs to future drafts are processed as future drafts": otherDraft,
            "optional/content.json: validation of string-encoded content based on media type: an invalid JSON document":
                content,
            "optional/content.json: validation of binary string-encoding: "
                + "an invalid base64 string (% is not a valid character)": content,
            "optional/content.json: validation of binary-encoded media type documents: "
                + "a validly-encoded invalid JSON document": content,
            "optional/content.json: validation of binary-encoded media type documents: "
                + "an invalid base64 string that is valid JSON": content,
        ]
    }()
}

extension GoldenCase {
    static let section = Section(
        "A golden case: an event, what systems answer, and what the flow must do.", GoldenCase()
    ) { golden in
        [
            .optional(
                "name", \.name, .anyText, "What the case is about.", example: "a created customer becomes a client",
                defaultText: "the file's name"),
            .optional(
                "flow", \.flow, .text, "The name of the flow.", example: "customers",
                defaultText: "the configuration's only flow"),
            .key("now", \.now, .timestamp, "What `now` yields.", example: "2026-03-01T12:00:00Z", in: golden),
            .optional(
                "event", \.event, .json, "The event, in the flow's format.",
                example: "{ specversion: \"1.0\", id: e-1, source: /crm, type: crm.customer.created, data: {} }"),
            .optional(
                "event_file", \.eventFile, .file, "The file of the event, relative to this one.",
                example: "../events/customer-created.json"),
            .optional(
                "record", \.record, .section(Record.section), "A record as Kafka has it, instead of an event.",
                example: "{ key: CRM-1, tombstone: true }"),
            .optional(
                "remembered", \.remembered, .jsonObject, "What is remembered of the event's key: `$reference`.",
                example: "{ clientId: e-7 }", defaultText: "nothing"),
            .key(
                "answers", \.answers,
                .dictionary("answers by step", key: "the name of a step", isKey: Names.isCall, .answers),
                "What systems answer to each step's calls, in order: a status, `{ status, headers, body }`, `timeout` "
                    + "or `refused`. A step that is not named gets 200 with `{}`, every time. `<step>.on_failure` is its "
                    + "compensation.",
                example: "{ create-client: [503, { status: 201, body: { clientId: e-7 } }] }", in: golden),
            .optional(
                "expect", \.expectation, .section(Expectation.section), "What must happen.",
                example: "{ outcome: applied, calls: [{ step: create-client }] }"),
        ]
    } finish: { golden, site, reader in
        let given = [golden.event != nil, golden.eventFile != nil, golden.record != nil].count { $0 }
        if given != 1 { reader.report("expected exactly one of the keys event, event_file and record", site) }
    }
}

extension GoldenCase.Record {
    fileprivate static let section = Section("A record as Kafka has it.", Self()) { record in
        [
            .optional("key", \.key, .anyText, "The record's key.", example: "CRM-000001", defaultText: "no key"),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of a header", isKey: { !$0.isEmpty }, .anyText),
                "The record's headers.", example: "{ ce_specversion: \"1.0\", ce_id: e-1 }", in: record),
            .optional(
                "value", \.value, .bytes, "The value: a text as it is, anything else as JSON.",
                example: "{ id: CRM-000001 }"),
            .optional(
                "value_file", \.valueFile, .file, "The file of the value.", example: "broken.json"),
            .key("tombstone", \.isTombstone, .flag, "Whether the record has no value.", example: "true", in: record),
        ]
    } finish: { record, site, reader in
        let given = [record.value != nil, record.valueFile != nil, record.isTombstone].count { $0 }
        if given != 1 { reader.report("expected exactly one of the keys value, value_file and tombstone", site) }
    }
}

extension GoldenCase.Reply {
    static let section = Section("An answer over HTTP.", Self()) { reply in
        [
            .key("status", \.status, .integer(200...599), "The status.", example: "201", in: reply),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of an HTTP header", isKey: Names.isHeaderName, .anyText),
                "The answer's headers; of these `Retry-After` counts.", example: "{ Retry-After: 30 }", in: reply),
            .key(
                "body", \.body, .bytes, "The body: a text as it is, anything else as JSON.",
                example: "{ clientId: e-7 }", in: reply, defaultText: "`{}`"),
        ]
    }
}

extension GoldenCase.Expectation {
    fileprivate static let section = Section("What must happen. What is absent is not compared.", Self()) { _ in
        [
            .optional("outcome", \.outcome, .choice(), "How the event ends.", example: "applied"),
            .optional(
                "parked", \.parked, .section(GoldenCase.Parked.section), "Why the event is parked.",
                example: "{ reason: schema, message: /data/email }"),
            .optional(
                "calls", \.calls, .list(.section(GoldenCase.Call.section), count: 0...1_000),
                "All calls in order, repeated ones too.", example: "[{ step: create-client, path: /clients }]"),
        ]
    } finish: { expectation, site, reader in
        expectation.place = site.place
        guard let outcome = expectation.outcome else {
            expectation.outcome = expectation.parked == nil ? nil : .parked
            return
        }
        if expectation.parked != nil, outcome != .parked {
            reader.report("the key ‘parked’ has no meaning with the outcome \(outcome.rawValue)", site)
        }
    }
}

extension GoldenCase.Parked {
    fileprivate static let section = Section("Why the event is parked.", Self()) { _ in
        [
            .optional("reason", \.reason, .choice(), "The reason.", example: "rejected"),
            .optional("step", \.step, .text, "The step that failed.", example: "create-client"),
            .optional(
                "message", \.message, .pattern, "A regular expression that the message must match somewhere.",
                example: "clientEmail"),
            .optional("status", \.status, .integer(200...599), "What the system answered.", example: "422"),
        ]
    }
}

extension GoldenCase.Call {
    fileprivate static let section = Section("A call that must be made.", Self()) { call in
        [
            .optional("step", \.step, .text, "The step.", example: "create-client"),
            .optional("method", \.method, .choice(), "The method.", example: "POST"),
            .optional(
                "path", \.path, .anyText, "The path behind the system's base URL.", example: "/clients/CRM-000001"),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of an HTTP header", isKey: Names.isHeaderName, .anyText),
                "Headers that the call must have, among others.", example: "{ X-Event-Id: e-1 }", in: call),
            .optional("body", \.body, .json, "The body, exactly.", example: "{ clientName: Ada Brown }"),
            .optional(
                "body_where", \.bodyWhere, .condition, "A jq condition that the body fulfils.",
                example: ".status == \"active\""),
            .optional(
                "waits_at_least", \.wait, .duration(.milliseconds(1)...(.seconds(36_000))),
                "The least time between the answer before and this call.", example: "30s"),
        ]
    } finish: { call, site, _ in
        call.place = site.place
    }
}

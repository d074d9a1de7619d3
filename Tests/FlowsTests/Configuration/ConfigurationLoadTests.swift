import Foundation
import Testing

@testable import Flows

@Suite struct ConfigurationLoadTests {
    @Test("The reference example is read, expanded and completed")
    func example() throws {
        let configuration = try Example.load()
        #expect(configuration.kafka.bootstrapServers == "localhost:9092")
        #expect(configuration.kafka.client.map(\.name) == ["security.protocol", "sasl.password"])
        #expect(configuration.kafka.client.map { $0.value.reveal() } == ["SASL_SSL", "hunter2"])
        #expect(configuration.workers == 1)

        let erp = try #require(configuration.system(named: "erp"))
        #expect(erp.baseURL == "https://erp.example.com/v2")
        #expect(erp.timeout == .seconds(90))
        #expect(erp.concurrency == 64)
        #expect(erp.headers.map(\.name) == ["X-Tenant"])
        guard case .oauth2ClientCredentials(let grant) = erp.authentication else {
            Issue.record("\(erp.authentication)")
            return
        }
        #expect(grant.tokenURL == "https://erp.example.com/oauth/token")
        #expect(grant.clientSecret.reveal() == "s3cret")
        #expect(grant.credentialsIn == .basic)
    }

    @Test("Flows and steps are read, with their defaults")
    func flow() throws {
        let flow = try #require(try Example.load().flow(named: "customers"))
        #expect(flow.topic == "crm.customers")
        #expect(flow.group == "penstock-customers")
        #expect(flow.deadLetterTopic == "crm.customers.dead-letter")
        #expect(flow.source == "crm.customers")
        #expect(flow.schema?.path == "Schemas/crm/customer-event.v1.json")
        #expect((flow.format, flow.tombstones, flow.assignment) == (.cloudEvents, .skip, .cooperative))
        #expect((flow.backoff.initial, flow.backoff.max) == (.milliseconds(200), .seconds(30)))
        #expect((flow.buffer.events, flow.buffer.byteCount) == (10_000, 32 << 20))
        #expect(
            (flow.commitInterval, flow.drainDeadline, flow.sessionTimeout) == (.seconds(1), .seconds(20), .seconds(45)))
        #expect(flow.assertsFormats)

        let create = flow.steps[0]
        #expect(create.when?.text == ".type == \"crm.customer.created\"")
        #expect(create.when?.place.description == "\(Example.path):21:15")
        guard case .file(let file) = create.map else {
            Issue.record("no file")
            return
        }
        #expect(file.path == "examples/crm-to-erp/mappings/customer-to-client.jq")
        #expect(create.call.method == .post && create.call.system == "erp" && create.call.path.route == "/clients")
        #expect(create.successStatuses == nil && create.retry == nil)

        let update = flow.steps[1]
        guard case .inline(let program) = update.map else {
            Issue.record("not inline")
            return
        }
        #expect(program.text == "{ name: .data.name }")
        #expect(program.place.description == "\(Example.path):29:21")
        #expect(update.retry?.statuses == [404, 409] && update.retry?.attempts == 5)
        #expect(update.successStatuses == [200, 409])
    }

    @Test("Templates keep their text and their expressions, braces in jq included")
    func templates() throws {
        let step = try #require(try Example.load().flow(named: "customers")).steps[1]
        #expect(step.call.path.route == "/clients/{}/x{}?mode={}")
        let expressions = step.call.path.parts.compactMap { part in
            if case .expression(let expression) = part { return expression }
            return nil
        }
        #expect(expressions.map(\.text) == [".data.id", #""a}\(.b | {c})""#, ".m"])
        #expect(expressions[0].place.description == "\(Example.path):30:32")
        let header = try #require(step.headers.first)
        #expect(header.name == "X-Customer" && header.value.route == "c-{}")
        guard case .expression(let id) = header.value.parts[1] else {
            Issue.record("no expression")
            return
        }
        #expect(id.place.description == "\(Example.path):31:36")
    }

    @Test("A brace in a string inside an interpolation does not end the expression")
    func nestedStrings() throws {
        let yaml = Example.changed("call: POST erp/clients\n", to: "call: 'POST erp/a{\"x\\(\"}\")y\"}b'\n")
        let path = try Example.load(yaml).flows[0].steps[0].call.path
        #expect(path.route == "/a{}b")
        guard case .expression(let expression) = path.parts[1] else {
            Issue.record("no expression")
            return
        }
        #expect(expression.text == #""x\("}")y""#)
    }

    @Test("A place inside an expression is a place in the file, in one line and in a block")
    func places() throws {
        let steps = try #require(try Example.load().flow(named: "customers")).steps
        let single = try #require(steps[0].when)
        #expect(single.place(line: 1, column: 7).description == "\(Example.path):21:21")
        let block = try #require(steps[1].when)
        #expect(block.text == ".type\n  == \"crm.customer.updated\"\n")
        #expect(block.place(line: 1, column: 1).description == "\(Example.path):27:11")
        #expect(block.place(line: 2, column: 3).description == "\(Example.path):28:13")
    }

    @Test("Secrets never appear when anything is printed")
    func secrets() throws {
        let configuration = try Example.load()
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("s3cret") && !text.contains("hunter2") && !text.contains("emea"))
        }
        #expect("\(Secret("x"))" == "<redacted>" && String(reflecting: Secret("x")) == "<redacted>")
    }

    @Test("A folder's files are put together")
    func folder() throws {
        let files = [
            "conf/a.yaml": "systems: { erp: { base_url: \"http://a:1\" } }\nkafka: { bootstrap_servers: \"k:9092\" }\n",
            "conf/b.yml": "flows: { one: { topic: t1, steps: [{ name: s, call: POST erp/x }] } }\nworkers: 4\n",
            "conf/c.yaml":
                "flows: { two: { topic: t2, steps: [{ name: s, call: GET crm }] } }\nsystems: { crm: { base_url: \"http://b\" } }\n",
            "conf/notes.txt": "no",
        ]
        let configuration = try Configuration.load(paths: ["conf"], environment: [:], files: .memory(files))
        #expect(configuration.systems.map(\.name) == ["erp", "crm"])
        #expect(configuration.flows.map(\.name) == ["one", "two"])
        #expect(configuration.workers == 4)
        #expect(configuration.schemas == nil)
    }

    @Test("The machine's file system is read like files in memory")
    func local() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in [
            (Example.path, Example.yaml), ("Schemas/erp/client.v2.json", "{}"), ("secret", "s3cret\n"),
        ] {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            let own = text.replacing("/run/secrets/erp", with: "../../secret")
            try Data(own.utf8).write(to: file)
        }
        let path = folder.appending(path: Example.path).path()
        let error = #expect(throws: ConfigurationErrors.self) {
            try Configuration.load(paths: [path], environment: Example.environment)
        }
        #expect(
            error?.errors.map(\.message) == [
                "no file mappings/customer-to-client.jq: there is no folder \(folder.path())/examples/crm-to-erp/mappings"
            ])
    }

    @Test("Schemas come from the named folder, or from the nearest ‘Schemas’ above")
    func schemaFolder() throws {
        let yaml = Example.yaml + "schemas: ../own\n"
        let own = ["examples/own/crm/customer-event.v1.json": "{}", "examples/own/erp/client.v2.json": "{}"]
        let configuration = try Example.load(yaml, more: own)
        #expect(configuration.schemas == "examples/own")
        #expect(configuration.flows[0].steps[0].schema?.path == "examples/own/erp/client.v2.json")
        #expect(try Example.load().schemas == "Schemas")

        let plain =
            "systems: { s: { base_url: \"http://a\" } }\nflows: { f: { topic: t, steps: [{ name: s, call: GET s }] } }"
        let above = ["/home/Schemas/a.json": "{}", "../conf/p.yaml": plain, "deep/p.yaml": plain]
        for path in ["../conf/p.yaml", "deep/p.yaml"] {
            let files = ConfigurationFiles.memory(above, workingDirectory: "/home/project")
            #expect(try Configuration.load(paths: [path], environment: [:], files: files).schemas == "/home/Schemas")
        }
    }
}

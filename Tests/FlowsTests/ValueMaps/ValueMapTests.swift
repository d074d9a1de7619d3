import JQ
import JSON
import Testing

@testable import Flows

/// Code lists: from a file beside the configuration to `lookup` in a mapping.
@Suite("Value maps")
struct ValueMapTests {
    static let yaml = """
        value_maps:
          countries:
            file: maps/countries.csv
            value: [name, iso3]
          units: { file: maps/units.json, default: C62 }
          taxes: { file: maps/taxes.json, key: code, value: rate }
        systems:
          erp: { base_url: "http://127.0.0.1:9/v2" }
        flows:
          orders:
            topic: shop.orders
            format: json
            steps:
              - name: put-order
                when: lookup("taxes"; .tax; null) != null
                map: mappings/order.jq
                call: PUT erp/orders/{.id}

        """

    static let files = [
        "maps/countries.csv": "iso2,name,iso3\r\nDE,Germany,DEU\r\nFR,\"France, Republic\",FRA\r\n",
        "maps/units.json": "{\"piece\": \"H87\", \"7\": {\"code\": \"KGM\"}}",
        "maps/taxes.json": "[{\"code\":\"A\",\"rate\":19.0},\n {\"code\":0,\"rate\":7}]",
        "mappings/order.jq": "import \"lib/codes\" as c;\n"
            + "{ country: lookup(\"countries\"; .country), unit: c::unit, tax: lookup(\"taxes\"; .tax) }",
        "mappings/lib/codes.jq": "def unit: lookup(\"units\"; .unit);",
    ]

    private func configuration(
        _ yaml: String = yaml, _ more: [String: String] = [:]
    ) throws -> (Configuration, ConfigurationFiles) {
        let files = ConfigurationFiles.memory(
            Self.files.merging(["penstock.yaml": yaml]) { $1 }.merging(more) { $1 }, workingDirectory: "/project")
        return (try Configuration.load(paths: ["penstock.yaml"], environment: [:], files: files), files)
    }

    private func definition(
        _ yaml: String = yaml, _ more: [String: String] = [:]
    ) throws -> FlowDefinition {
        let (configuration, files) = try configuration(yaml, more)
        return try FlowDefinition(
            try #require(configuration.flows.first), of: configuration, schemas: SchemaTexts(),
            valueMaps: ValueMaps(configuration, files: files), files: files)
    }

    private func take(_ bench: RunnerBench, _ json: String) -> String {
        bench.take(StoredRecord(value: json))
        return bench.next()
    }

    // MARK: - In a flow

    @Test("a flow looks codes up in a condition, in its mapping, and in a module of the mapping's folder")
    func flow() throws {
        let definition = try definition()
        #expect(FlowCheck.problems(definition).isEmpty)
        #expect(FlowCheck.unusedValueMaps([definition]).isEmpty, "also what only a module looks up is used")
        let bench = try RunnerBench(definition)
        #expect(take(bench, #"{"id":1,"country":"FR","unit":"piece","tax":"A"}"#) == "call step 0 system 0")
        #expect(bench.body == #"{"country":{"name":"France, Republic","iso3":"FRA"},"unit":"H87","tax":19.0}"#)
        #expect(take(bench, #"{"id":1,"country":"DE","unit":"box","tax":0}"#) == "call step 0 system 0")
        #expect(
            bench.body == #"{"country":{"name":"Germany","iso3":"DEU"},"unit":"C62","tax":7}"#,
            "a missing unit has the default, a number is looked up by its text")
        #expect(take(bench, #"{"id":1,"country":"DE","unit":7,"tax":"Z"}"#) == "done", "the condition is false")
    }

    @Test("a code that is missing and has no default parks the event, with the code and the map's name")
    func missingCode() throws {
        let bench = try RunnerBench(try definition())
        #expect(take(bench, #"{"id":1,"country":"XX","unit":"piece","tax":"A"}"#) == "fault mapping TRANSFORMATION")
        #expect(bench.message.contains("no entry \"XX\" in the value map \"countries\""), "\(bench.message)")
    }

    @Test("a lookup of an unknown map does not compile, and says which was meant, also in a module")
    func unknownMap() throws {
        let mapping = try definition(Self.yaml, ["mappings/order.jq": "lookup(\"contries\"; .country)"])
        let problem = FlowCheck.problems(mapping).first ?? ""
        #expect(problem.hasPrefix("mappings/order.jq:1:8: there is no value map \"contries\""), "\(problem)")
        #expect(problem.contains("countries"))
        let module = try definition(Self.yaml, ["mappings/lib/codes.jq": "def unit: lookup(\"unts\"; 1);"])
        #expect(FlowCheck.problems(module).first?.contains("there is no value map \"unts\"") == true)
    }

    @Test("modules outside of the mapping's folder are not found")
    func escape() throws {
        for path in ["../secret", "/project/secret", "lib/../../secret"] {
            let definition = try definition(
                Self.yaml, ["mappings/order.jq": "import \"\(path)\" as s; s::x", "secret.jq": "def x: 1;"])
            #expect(!FlowCheck.problems(definition).isEmpty, "\(path)")
        }
    }

    @Test("a map that nobody looks up is told with its place; not where a name is computed")
    func unused() throws {
        let unused = try definition(Self.yaml, ["mappings/order.jq": "lookup( \"countries\" ; .x), .lookups"])
        #expect(
            FlowCheck.unusedValueMaps([unused]).map(\.description) == [
                "penstock.yaml:5:3: value_maps.units: no condition or mapping looks this map up"
            ])
        let computed = try definition(Self.yaml, ["mappings/order.jq": "lookup(.map; .x)"])
        #expect(FlowCheck.unusedValueMaps([computed]).isEmpty)
    }

    // MARK: - Faulty files

    struct Fault: Sendable, CustomTestStringConvertible {
        let change: (String, String)
        var file: (String, String) = ("", "")
        let problems: [String]
        var testDescription: String { problems.first ?? "" }
    }

    static let csv = "maps/countries.csv"
    static let taxes = "maps/taxes.json"
    static let faults = [
        Fault(
            change: ("[name, iso3]", "[nam, iso3]"),
            problems: [
                "penstock.yaml:4:13: value_maps.countries.value[0]: no column nam in maps/countries.csv (did you mean "
                    + "name?); its columns are iso2, name, iso3"
            ]),
        Fault(
            change: ("key: code", "key: kode"),
            problems: [
                "penstock.yaml:6:40: value_maps.taxes.key: no column kode in maps/taxes.json (did you mean code?); its "
                    + "columns are code, rate"
            ]),
        Fault(
            change: ("default: C62", "key: x"),
            problems: [
                "penstock.yaml:5:40: value_maps.units.key: maps/units.json is an object by code, which has no column x; "
                    + "leave ‘key’ out"
            ]),
        Fault(
            change: ("", ""), file: (csv, "iso2,name,iso3\nDE,a,b\n\nFR,c\nDE,d,e\n,f,g\n X,h,i\n"),
            problems: [
                "maps/countries.csv:4:1: value_maps.countries: the row has 2 fields, the header 3",
                "maps/countries.csv:5:1: value_maps.countries: the code \"DE\" stands twice, first on line 2",
                "maps/countries.csv:6:1: value_maps.countries: the code is empty",
                "maps/countries.csv:7:1: value_maps.countries: the code \" X\" begins or ends with a space",
            ]),
        Fault(
            change: ("", ""), file: (csv, "iso2,name,name\n"),
            problems: ["maps/countries.csv:1:11: value_maps.countries: the column name stands twice in the header"]),
        Fault(
            change: ("", ""), file: (csv, ""),
            problems: [
                "maps/countries.csv:1:1: value_maps.countries: the file is empty; a header with the names of the "
                    + "columns is needed"
            ]),
        Fault(
            change: ("", ""), file: (csv, "iso2,name,iso3\nDE,\"a,b\n"),
            problems: [
                "maps/countries.csv:2:4: value_maps.countries: the quoted field that begins here has no closing quote"
            ]),
        Fault(
            change: ("", ""), file: ("maps/units.json", "{\"a\": 1,\n \"b\": 2,\n \"a\": 3}"),
            problems: ["maps/units.json:3:2: value_maps.units: the code \"a\" stands twice, first on line 1"]),
        Fault(
            change: ("", ""), file: ("maps/units.json", "{\"a\": 1,\n \"\": 2}"),
            problems: ["maps/units.json:2:6: value_maps.units: the code is empty"]),
        Fault(
            change: ("", ""), file: ("maps/units.json", "{\"a\": 1,\n}"),
            problems: [
                "maps/units.json:2:1: value_maps.units: found ‘}’ where a member name in double quotes is expected"
            ]),
        Fault(
            change: ("", ""), file: ("maps/units.json", "7"),
            problems: ["maps/units.json:1:1: value_maps.units: expected an object by code, or a list of objects"]),
        Fault(
            change: ("", ""),
            file: (
                taxes, "[{\"code\":\"A\",\"rate\":1},\n{\"code\":\"A\",\"rate\":2},\n{\"code\":[]},\n{\"code\":\"B\"}]"
            ),
            problems: [
                "maps/taxes.json:2:9: value_maps.taxes: the code \"A\" stands twice, first on line 1",
                "maps/taxes.json:3:1: value_maps.taxes: expected an object whose code is a string, number or boolean",
                "maps/taxes.json:4:1: value_maps.taxes: no member rate here",
            ]),
    ]

    @Test("what is wrong with a map's file is told with file, line, column and key, all of it", arguments: faults)
    func faulty(fault: Fault) throws {
        let yaml = fault.change.0.isEmpty ? Self.yaml : Self.yaml.replacing(fault.change.0, with: fault.change.1)
        let definition = try definition(yaml, fault.file.0.isEmpty ? [:] : [fault.file.0: fault.file.1])
        #expect(definition.environment.valueMaps.problems.map(\.description) == fault.problems)
        #expect(
            FlowCheck.problems(definition) == fault.problems, "a faulty file is not told again for every lookup in it")
    }

    @Test("a missing file is an error of the configuration, with a suggestion")
    func missingFile() {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration(Self.yaml.replacing("countries.csv", with: "contries.csv"))
        }
        #expect(
            error?.description
                == "penstock.yaml:3:5: value_maps.countries.file: no file maps/contries.csv (did you mean countries.csv?)"
        )
    }

    @Test("many problems of one file are counted, not all told; a large file is refused")
    func bounds() throws {
        let rows = (0..<50).map { _ in "DE,a,b" }.joined(separator: "\n")
        let problems = try definition(Self.yaml, [Self.csv: "iso2,name,iso3\n" + rows]).environment.valueMaps.problems
        #expect(problems.count == 21)
        #expect(problems.last?.message == "29 more problems")
        let large = String(repeating: "x", count: ValueMapFile.byteLimit + 1)
        let refused = try definition(Self.yaml, [Self.csv: large]).environment.valueMaps.problems
        #expect(refused.map(\.message) == ["the file has more than 32MiB"])
    }

    @Test("a default may be anything that YAML can say")
    func defaults() throws {
        for (yaml, json) in [
            ("default: null", "null"), ("default: 1.50", "1.50"), ("default: \"1\"", "\"1\""),
            ("default: yes", "\"yes\""),
            ("default: { a: [1, ~, true, 0x1F] }", #"{"a":[1,null,true,31]}"#), ("default: ''", "\"\""),
        ] {
            let (configuration, _) = try configuration(Self.yaml.replacing("default: C62", with: yaml))
            let map = try #require(configuration.valueMaps.first { $0.name == "units" })
            #expect(map.defaultJSON.map { String(decoding: $0, as: UTF8.self) } == json)
        }
    }

    @Test("value maps are read from a configuration whatever else is in it, for commands by hand")
    func alone() throws {
        let files = ConfigurationFiles.memory(
            ["penstock.yaml": "value_maps: { u: { file: u.json } }\nflows: \"${MISSING}\"", "u.json": "{\"a\":1}"])
        let maps = try ValueMaps(paths: ["penstock.yaml"], environment: [:], files: files)
        #expect(maps.problems.isEmpty)
        #expect(maps.maps.keys.sorted() == ["u"])
        #expect(throws: ConfigurationErrors.self) {
            try ValueMaps(paths: ["nowhere.yaml"], environment: [:], files: files)
        }
    }
}

@Suite("YAML documents")
struct YAMLDocumentTests {
    @Test("documents become JSON, and know where each value stands")
    func documents() throws {
        let documents = try YAMLDocument.read("a: 1.50\nb:\n  - x\n  - { c: .5 }\n---\n- +1\n- 1e400\n- !!str 12\n")
        #expect(
            documents.map { String(decoding: $0.json, as: UTF8.self) } == [
                #"{"a":1.50,"b":["x",{"c":0.5}]}"#, #"[1,1e400,"12"]"#,
            ])
        let place = documents[0].place(of: try Pointer("/b/1/c"))
        #expect(place?.line == 4)
        #expect(place?.column == 10)
        #expect(documents[1].line == 6)
    }

    @Test(
        "what is no YAML, or no JSON, is told with its place",
        arguments: [("a: [", 2), ("a: .nan", 1), ("a: 1\n? [x]\n: 2", 2), ("a: 1\na: 2", 1)])
    func faults(text: String, line: Int) {
        let fault = #expect(throws: YAMLDocument.Fault.self) { try YAMLDocument.read(text) }
        #expect(fault?.line == line, "\(String(describing: fault))")
    }
}

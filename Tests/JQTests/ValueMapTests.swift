import JSON
import Testing

@testable import JQ

/// Code lists beside a flow: `lookup`.
@Suite struct ValueMapTests {
    private func environment() throws -> Environment {
        let countries = try ValueMap(
            name: "countries", object: Array(#"{"DE":"Germany","AT":{"name":"Austria"},"1":"one","true":"yes"}"#.utf8))
        let units = try ValueMap(
            name: "units", object: Array(#"{"PCE":"ST"}"#.utf8), fallback: .value(Array(#""?""#.utf8)))
        let many = (0..<1000).map { #""c\#($0)":\#($0)"# }.joined(separator: ",")
        let large = try ValueMap(name: "large", object: Array("{\(many)}".utf8))
        return Environment(valueMaps: ["countries": countries, "units": units, "large": large])
    }

    private func output(_ text: String, _ input: String = "null") throws -> String {
        let arena = Arena()
        let buffer = ByteBuffer()
        do {
            let program = try Program(text, environment: environment())
            let input = try JSON.Parser().parse(input, into: arena)
            return try withExtendedLifetime((arena, program)) {
                buffer.write(try Evaluator(arena: arena).one(program, input))
                return buffer.text
            }
        } catch let error as CompileError {
            return "refused: " + error.message
        } catch let error as EvaluationError {
            return "error: " + error.message
        }
    }

    @Test(arguments: [
        (#"lookup("countries"; .)"#, #""DE""#, #""Germany""#),
        (#"lookup("countries"; .).name"#, #""AT""#, #""Austria""#),
        (#"lookup("countries"; .)"#, "1", #""one""#),
        (#"lookup("countries"; . + 1 - 1)"#, "1", #""one""#),
        (#"lookup("countries"; .)"#, "true", #""yes""#),
        (#"lookup("countries"; .; "none")"#, #""XX""#, #""none""#),
        (#"lookup("countries"; .; "none")"#, "null", #""none""#),
        (#"lookup("units"; .)"#, #""KGM""#, #""?""#),
        (#"lookup("units"; .; null)"#, #""KGM""#, "null"),
        (#"[.[] | lookup("units"; .)]"#, #"["PCE","?"]"#, #"["ST","?"]"#),
        (#"lookup("large"; "c\(.)")"#, "999", "999"),
        (#"lookup("cou" + "ntries"; "DE")"#, "null", #""Germany""#),
        (#"def country($c): lookup("countries"; $c); country("DE")"#, "null", #""Germany""#),
    ])
    func findsEntries(_ program: String, _ input: String, _ expected: String) throws {
        #expect(try output(program, input) == expected)
    }

    @Test(arguments: [
        (#"lookup("countries"; .)"#, #""XX""#, #"error: no entry "XX" in the value map "countries""#),
        (#"lookup("countries"; .x)"#, "null", #"error: no entry null in the value map "countries""#),
        (#"lookup("countries"; [])"#, "null", #"error: array ([]) cannot be a code of the value map "countries""#),
        (
            #"lookup("contries"; "DE")"#, "null",
            #"refused: there is no value map "contries" (did you mean "countries"?)"#
        ),
        (#"lookup("nothing"; "DE")"#, "null", #"refused: there is no value map "nothing""#),
        (#"lookup(1; "DE")"#, "null", "refused: the name of a value map must be a string, not number"),
        (
            #"lookup("unit" + ""; "DE")"#, "null",
            #"error: there is no value map string ("unit") (did you mean "units"?)"#
        ),
    ])
    func namesWhatIsMissing(_ program: String, _ input: String, _ expected: String) throws {
        #expect(try output(program, input) == expected)
    }

    @Test func aMapThatIsNoObjectOfUniqueCodesIsRefused() throws {
        let list = try #require(throws: ValueMapError.self) { try ValueMap(name: "m", object: Array("[1]".utf8)) }
        #expect(list.description == #"the value map "m" must be an object, not array"#)
        let twice = try #require(throws: ValueMapError.self) {
            try ValueMap(name: "m", object: Array("{\"a\":1,\n\"a\":2}".utf8))
        }
        #expect(
            twice.description
                == #"line 2, column 1: the value map "m" is not JSON: the member name "a" stands twice in one object"#)
    }

    /// The events of all workers read one map at once.
    @Test func manyThreadsReadOneMap() async throws {
        let environment = try environment()
        let sums = try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let evaluator = Evaluator(arena: Arena())
                    let program = try Program(
                        #"[range(1000) | lookup("large"; "c\(.)")] | add"#, environment: environment)
                    return try evaluator.one(program, .null).double ?? 0
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums == [499_500, 499_500, 499_500, 499_500])
    }
}

import JSONSchema

/// Makes random documents of a schema, one a line.
public struct SampleCommand {
    public struct Options: Sendable {
        /// The schema's file.
        public var schema: String
        public var count: Int
        /// The same seed gives the same documents.
        public var seed: UInt64
        /// Whether in each document exactly one thing is broken.
        public var isInvalid: Bool
        public var assertsFormats: Bool

        public init(schema: String, count: Int, seed: UInt64, isInvalid: Bool, assertsFormats: Bool) {
            self.schema = schema
            self.count = count
            self.seed = seed
            self.isInvalid = isInvalid
            self.assertsFormats = assertsFormats
        }
    }

    private let options: Options
    private let terminal: Terminal

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
    }

    /// - Throws: ``CommandFailure`` when the schema does not compile, or no such document is found.
    public func run() throws -> ExitStatus {
        let schema = try SchemaFile(options.schema).compile(assertsFormats: options.assertsFormats)
        var sampler = SchemaSampler(schema, seed: options.seed)
        for _ in 0..<options.count {
            do {
                terminal.print(try line(&sampler))
            } catch {
                throw CommandFailure("\(options.schema): \(error)", status: .foundProblems)
            }
        }
        return .done
    }

    private func line(_ sampler: inout SchemaSampler) throws(SamplingError) -> String {
        guard options.isInvalid else {
            let document = try sampler.valid()
            guard terminal.output == .json else { return document }
            let object = JSONObject()
            object.add("document", json: document)
            object.add("valid", true)
            return object.text
        }
        let broken = try sampler.invalid()
        guard terminal.output == .json else { return broken.document }
        let object = JSONObject()
        object.add("document", json: broken.document)
        object.add("valid", false)
        object.add("keyword", broken.keyword)
        object.add("instanceLocation", broken.instanceLocation)
        object.add("absoluteKeywordLocation", broken.failure.absoluteKeywordLocation)
        object.add("error", broken.failure.message)
        return object.text
    }
}

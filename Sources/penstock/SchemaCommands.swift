import ArgumentParser
import Foundation
import PenstockService

struct SchemaGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Compares versions of JSON Schemas, and makes documents of one.",
        discussion: """
            Example: penstock schema compat Schemas/order.v1.json Schemas/order.v2.json
                     penstock schema sample Schemas/order.v2.json --count 3
            """,
        subcommands: [SchemaCompat.self, SchemaSample.self])
}

struct SchemaCompat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compat",
        abstract: "Tells whether two versions of a schema are compatible, with reasons.",
        discussion: """
            Example: penstock schema compat Schemas/order.v1.json Schemas/order.v2.json
                     penstock schema compat --backward --output json old.json new.json

            Backward: what the old version takes, the new one takes, too; consumers move first. Forward: what the new \\
            version takes, the old one takes, too; producers move first. Full: both. Without one of these options all \\
            are told, and full is what counts.

            Compatible is proven; incompatible is shown by a document that one version takes and the other refuses. \\
            All else is "cannot tell".

            Exit codes: 0 compatible; 1 incompatible, or it cannot be told and --allow-unknown is not given; 2 used \\
            wrongly, such as a schema that does not compile.
            """)

    @OptionGroup var output: OutputOptions
    @Flag(help: "Only: what the old version takes, the new one takes.") var backward = false
    @Flag(help: "Only: what the new version takes, the old one takes.") var forward = false
    @Flag(help: "Both.") var full = false
    @Flag(help: "Exit with 0 where it cannot be told.") var allowUnknown = false
    @Flag(inversion: .prefixedNo, help: "Whether format, such as email, is checked.") var formats = true
    @Argument(help: "The older version's file.") var old: String
    @Argument(help: "The newer version's file.") var new: String

    func validate() throws {
        if [backward, forward, full].count(where: { $0 }) > 1 {
            throw ValidationError("give one of --backward, --forward and --full")
        }
    }

    func run() throws {
        let demand: CompatibilityCommand.Demand = backward ? .backward : forward ? .forward : .full
        let options = CompatibilityCommand.Options(
            old: old, new: new, demand: demand, isSingle: backward || forward, allowsUnknown: allowUnknown,
            assertsFormats: formats)
        try CompatibilityCommand(options, terminal: output.terminal).run().finish()
    }
}

struct SchemaSample: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Makes random documents of a schema, one a line.",
        discussion: """
            Example: penstock schema sample Schemas/order.v2.json --count 100 > orders.ndjson
                     penstock schema sample Schemas/order.v2.json --invalid --output json

            The same seed gives the same documents. With --output json each line tells the document and, with \\
            --invalid, what is broken in it.

            Exit codes: 0 done; 1 no such document was found; 2 used wrongly, such as a schema that does not compile.
            """)

    @OptionGroup var output: OutputOptions
    @Option(name: [.short, .long], help: "How many.") var count = 1
    @Option(help: "Chooses the documents.") var seed: UInt64 = 1
    @Flag(help: "In each document exactly one thing is broken.") var invalid = false
    @Flag(inversion: .prefixedNo, help: "Whether format, such as email, is observed.") var formats = true
    @Argument(help: "The schema's file.") var schema: String

    func validate() throws {
        if count < 1 { throw ValidationError("--count must be at least 1") }
    }

    func run() throws {
        let options = SampleCommand.Options(
            schema: schema, count: count, seed: seed, isInvalid: invalid, assertsFormats: formats)
        try SampleCommand(options, terminal: output.terminal).run().finish()
    }
}

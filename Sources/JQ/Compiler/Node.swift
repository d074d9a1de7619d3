import JSON

/// One instruction of a compiled program. Plain data: nodes lie in one array and name each other by index.
struct Node: BitwiseCopyable {
    var opcode: Opcode
    /// Whether it yields exactly one output or an error, so that it is evaluated without a continuation.
    var isSingle = false
    /// Whether it yields at most one output, and nothing but that.
    var isOptional = false
    /// An operator, a builtin, the number of frames to go out, or a flag: see ``Opcode``.
    var code: UInt16 = 0
    var a: Int32 = -1
    var b: Int32 = -1
    var c: Int32 = -1
    /// Where it stands in the program's text, for messages.
    var place: Int32 = 0
    var value: Value = .null

    init(_ opcode: Opcode, code: UInt16 = 0, a: Int32 = -1, b: Int32 = -1, c: Int32 = -1, value: Value = .null) {
        self.opcode = opcode
        self.code = code
        self.a = a
        self.b = b
        self.c = c
        self.value = value
    }
}

/// What a node does, and what its fields mean. "Node" below is an index of a node, -1 for none; "list" is an index
/// into the program's links.
enum Opcode: UInt8 {
    case identity
    /// `value`.
    case constant
    /// Slot `a`, `code` frames out.
    case variable
    /// Member `value` of node `a`; `code` 1 when optional.
    case field
    /// Node `a` at the key that node `b` yields; `code` 1 when optional.
    case index
    /// Node `a` from node `b` to node `c`; `code` 1 when optional.
    case slice
    /// All of node `a`; `code` 1 when optional.
    case iterate
    /// Node `a`; its errors go to node `b`.
    case attempt
    case pipe, comma
    /// Operator `code` on nodes `a` and `b`.
    case binary
    case and, or, alternative
    case negate
    /// The array of all outputs of node `a`.
    case collect
    /// `b` members from list `a`: pairs of key node and value node; `code` 1 when keys are distinct constants.
    case object
    /// The strings of `b` nodes from list `a`, joined.
    case concatenate
    /// Format `code` of node `a`.
    case format
    /// If node `a` then node `b` else node `c`.
    case conditional
    /// Items of node `a` bound by pattern node `b`; list `c`: start, update; `code` 1 when the state is the loop's own.
    case reduce
    /// As reduce; list `c`: start, update, extract.
    case foreach
    /// Node `a` bound to slot `b` in node `c`.
    case bindVariable
    /// Node `a` bound by pattern node `b` in node `c`.
    case bindPattern
    /// Slot `a` holds the label, in node `b`.
    case label
    /// To the label in slot `a`, `code` frames out.
    case leave
    /// Function `a`, defined `code` frames out; list `b` of arguments.
    case call
    /// The closure in slot `a`, `code` frames out.
    case callParameter
    /// Builtin `code` of the program's table; list `b` of `c` arguments.
    case builtin
    case path
    case assign, modify
    /// Operator `code`.
    case update
    case updateAlternative
    /// `..`
    case recurseAll
    /// `recurse(f)` with node `a`.
    case recurse
    /// From node `a` to node `b` by node `c`.
    case range
    /// Node `a`: the number; node `b`: the generator.
    case limit, skip
    case first, last
    case isEmpty
    /// Node `a`: the generator; node `b`: the condition.
    case any, all
    /// The sum of the outputs of node `a`.
    case sum
    case getPath
    /// Pattern node `a`, replacement node `b`, flags node `c`.
    case substitute
    case empty
    case error
    /// The input; the counter that `value` points to is raised by one. Only in programs compiled with coverage.
    case mark

    // Patterns.

    /// Into slot `a`.
    case patternVariable
    /// List `a` of `b` patterns.
    case patternArray
    /// List `a` of `b` triples: key node, slot or -1, pattern or -1.
    case patternObject
    /// List `a` of `b` patterns to try in turn; list `c`: count and slots of all variables.
    case patternAlternatives
}

/// A function that is called at run time, because it calls itself.
struct Function: BitwiseCopyable {
    /// The node of the body.
    var body: Int32 = -1
    /// Cells of its frame: the link, the parameters, the variables.
    var cellCount: Int32 = 1
    /// Parameters, in cells from 1.
    var parameterCount: Int32 = 0
    /// A bit for each parameter that is a value.
    var valueParameters: UInt64 = 0
}

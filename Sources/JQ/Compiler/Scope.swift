import JSON

/// The names that an expression can see: a list that grows at the front and is shared.
final class Scope {
    enum Binding {
        case variable(String, Slot)
        case label(String, Slot)
        case function(FunctionEntry)
        /// A module's function by the name that it is imported under, `module::function`.
        case imported(String, FunctionEntry)
        /// The values of an imported JSON file.
        case data(String, Value)
        /// A parameter whose argument is known, because the function is expanded where it is called.
        case argument(Argument)
        /// A parameter of a function that is called at run time.
        case parameter(String, Slot)
    }

    let binding: Binding
    let parent: Scope?

    init(_ binding: Binding, in parent: Scope?) {
        self.binding = binding
        self.parent = parent
    }
}

/// A cell of a frame.
struct Slot {
    let index: Int32
    /// The frame's level: 0 is the program's, each function called at run time adds one.
    let level: Int
}

/// The cells that one activation needs.
final class FrameLayout {
    let level: Int
    /// Cell 0 holds the link to the frame outside.
    var cellCount: Int32 = 1

    init(level: Int) {
        self.level = level
    }

    func makeSlot() -> Slot {
        defer { cellCount += 1 }
        return Slot(index: cellCount, level: level)
    }
}

/// A `def` in a certain scope.
final class FunctionEntry {
    let definition: Definition
    let frame: FrameLayout
    let isRecursive: Bool
    /// The scope of its body: what it saw where it was defined, and itself. Cleared when compiling is done, because
    /// it is a cycle.
    var scope: Scope?
    /// Its body expanded in a frame, when it has no parameters.
    var expansions: [ObjectIdentifier: Int32] = [:]
    /// The function called at run time, once there is one.
    var function: Int32?
    /// Whether something calls it.
    var isUsed = false

    init(_ definition: Definition, frame: FrameLayout, isRecursive: Bool) {
        self.definition = definition
        self.frame = frame
        self.isRecursive = isRecursive
    }
}

/// The argument of an expanded call: compiled in each frame that uses it.
final class Argument {
    let name: String
    let expression: Expression
    let scope: Scope?
    /// The place that its faults are reported at, if not its own: that of the builtin which passes it on.
    let callPlace: Place?
    var compiled: [ObjectIdentifier: Int32] = [:]

    init(name: String, expression: Expression, scope: Scope?, callPlace: Place?) {
        self.name = name
        self.expression = expression
        self.scope = scope
        self.callPlace = callPlace
    }
}

/// An expression of a program with its place. A class, so that the compiler can remember what it made of it.
final class Expression {
    let place: Place
    let form: Form

    init(_ form: Form, at place: Place) {
        self.form = form
        self.place = place
    }

    indirect enum Form {
        /// `.`
        case identity
        /// `..`
        case recurse
        case null, `true`, `false`
        /// A number by its literal.
        case number(String)
        /// A string of pieces; interpolated values go through the format, if there is one.
        case string([Piece], format: String?)
        /// `@name`
        case format(String)
        /// `target.key`, `target[key]`; `optional` is a `?` behind it, which forgives this step alone.
        case index(Expression, key: Expression, optional: Bool)
        case slice(Expression, from: Expression?, to: Expression?, optional: Bool)
        case iterate(Expression, optional: Bool)
        case attempt(Expression, handler: Expression?)
        case pipe(Expression, Expression)
        case comma(Expression, Expression)
        case binary(Operator, Expression, Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case alternative(Expression, Expression)
        case assign(Expression, Expression)
        case modify(Expression, Expression)
        case update(Operator, Expression, Expression)
        case updateAlternative(Expression, Expression)
        case negate(Expression)
        case array(Expression?)
        case object([(key: Expression, value: Expression)])
        case conditional(Expression, then: Expression, else: Expression?)
        case reduce(Expression, [Pattern], start: Expression, update: Expression)
        case foreach(Expression, [Pattern], start: Expression, update: Expression, extract: Expression?)
        case bind(Expression, [Pattern], body: Expression)
        case label(String, Expression)
        case leave(String)
        case define(Definition, body: Expression)
        case call(String, [Expression])
        case variable(String)
        /// `$__loc__`
        case location
    }

    enum Piece {
        case text(String)
        case interpolation(Expression)
    }
}

/// The operators that take two values to one.
enum Operator: UInt8 {
    case add, subtract, multiply, divide, remainder
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// What `as` binds.
indirect enum Pattern {
    case variable(String, Place)
    case array([Pattern])
    /// Members: the key, a variable that takes the member's value as a whole, and a pattern for it.
    case object([(key: Expression, variable: (name: String, place: Place)?, pattern: Pattern?)])
}

/// `def name(parameters): body;`
final class Definition {
    struct Parameter {
        let name: String
        /// Whether it was written `$name`: evaluated by the caller once for each value.
        let isValue: Bool
    }

    let name: String
    let parameters: [Parameter]
    let body: Expression
    let place: Place

    init(name: String, parameters: [Parameter], body: Expression, place: Place) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.place = place
    }
}

/// Changes documents by their structure: what comes out is JSON most of the time, but not what anybody expects.
struct TreeMutator {
    /// Names that mean something where the document is used.
    let names: [String]
    /// Texts of values that do.
    let values: [String]

    static let scalars =
        ByteMutator.numbers + [
            "null", "true", "false", #""""#, #""a""#, #""\u0000""#, #""\ud800""#, #""\uD834\uDD1E""#, #""é""#, "[]",
            "{}", #""2024-02-30T25:61:61Z""#, #""0""#, "[[]]", #"{"":{}}"#, #""~0/~1""#, #""%""#,
        ]

    func mutate(_ original: Tree, _ dice: inout Dice, other: Tree) -> Tree {
        var tree = original
        for _ in 0...dice.few(4) {
            let place = dice.below(tree.count)
            var inner = dice
            tree = tree.changing(place) { change($0, &inner, other) }
            dice = inner
        }
        return tree
    }

    private func change(_ node: Tree, _ dice: inout Dice, _ other: Tree) -> Tree {
        switch dice.below(10) {
        case 0: return .scalar(dice.pick(Self.scalars))
        case 1: return .scalar(dice.pick(values))
        case 2: return other.node(dice.below(other.count))
        case 3: return nested(node, &dice)
        case 4: return .array([node, dice.once(in: 2) ? node : other])
        default: break
        }
        switch node {
        case .scalar: return .scalar(dice.pick(values))
        case .array(let elements): return .array(changed(elements, &dice, other))
        case .object(let members): return .object(changed(members, &dice, other))
        }
    }

    /// Deep down in arrays and objects.
    private func nested(_ node: Tree, _ dice: inout Dice) -> Tree {
        var node = node
        for _ in 0..<(dice.once(in: 10) ? dice.below(700) : dice.below(5)) {
            node = dice.once(in: 2) ? .array([node]) : .object([(name(&dice), node)])
        }
        return node
    }

    private func name(_ dice: inout Dice) -> [UInt8] { Array("\"\(dice.pick(names))\"".utf8) }

    private func changed(_ elements: [Tree], _ dice: inout Dice, _ other: Tree) -> [Tree] {
        var elements = elements
        let place = dice.below(elements.count)
        switch dice.below(4) {
        case 0 where !elements.isEmpty: elements.remove(at: place)
        case 1 where !elements.isEmpty: elements.insert(elements[place], at: dice.below(elements.count))
        case 2 where !elements.isEmpty: elements.swapAt(place, dice.below(elements.count))
        default: elements.append(other.node(dice.below(other.count)))
        }
        return elements
    }

    private func changed(
        _ members: [(name: [UInt8], value: Tree)], _ dice: inout Dice, _ other: Tree
    ) -> [(name: [UInt8], value: Tree)] {
        var members = members
        let place = dice.below(members.count)
        switch dice.below(7) {
        case 0 where !members.isEmpty: members.remove(at: place)
        case 1 where !members.isEmpty && dice.once(in: 4): members.append(members[place])
        case 2 where !members.isEmpty: members[place].name = name(&dice)
        case 3 where !members.isEmpty: members[place].value = members[dice.below(members.count)].value
        case 4 where !members.isEmpty: members.swapAt(place, dice.below(members.count))
        case 5 where dice.once(in: 4):
            for number in 0..<dice.below(40) { members.append((Array("\"m\(number)\"".utf8), .scalar("\(number)"))) }
        default: members.append((name(&dice), other.node(dice.below(other.count))))
        }
        return members
    }
}

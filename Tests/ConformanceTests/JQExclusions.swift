/// The cases of jq's test files that we leave out: the program, and why.
enum JQExclusions {
    static let all: [String: String] = [:]
}

import JSON

/// What builtins take and give, by `name/arity`, where it is the same whatever they are given.
///
/// A builtin that stands in neither table takes anything and gives anything.
enum BuiltinShapes {
    /// The kinds of input on which a builtin does not always fail.
    static let accepted: [String: Shape.Kinds] = {
        var table: [String: Shape.Kinds] = [:]
        func all(_ keys: String, _ kinds: Shape.Kinds) {
            for key in keys.split(separator: " ") { table[String(key)] = kinds }
        }
        all("length/0", [.null, .number, .string, .array, .object])
        all("utf8bytelength/0 fromjson/0 ascii_downcase/0 ascii_upcase/0 explode/0 split/1", .string)
        all("startswith/1 endswith/1 trim/0 ltrim/0 rtrim/0 strptime/1 _match/3 fromdateiso8601/0", .string)
        all("keys/0 keys_unsorted/0 has/1 to_entries/0 flatten/0 flatten/1", [.array, .object])
        all("from_entries/0", [.array, .object])
        all("tonumber/0", [.number, .string])
        all("toboolean/0", [.boolean, .string])
        all("sort/0 _sort_by/1 _group_by/1 _unique_by/1 implode/0 mktime/0 dec_sum/0", .array)
        all("reverse/0", [.null, .string, .array])
        all("gmtime/0 localtime/0 isinfinite/0 isnan/0 isnormal/0", .number)
        all("strftime/1 strflocaltime/1 todateiso8601/0", [.number, .array])
        for key in mathematics where key.hasSuffix("/0") { table[key] = .number }
        return table
    }()

    static let results: [String: Shape] = {
        var table: [String: Shape] = [:]
        func all(_ keys: String, _ shape: Shape) {
            for key in keys.split(separator: " ") { table[String(key)] = shape }
        }
        for key in mathematics { table[key] = .number }
        all("length/0 utf8bytelength/0 tonumber/0 now/0 infinite/0 nan/0 bsearch/1 mktime/0", .number)
        all("fromdateiso8601/0", .number)
        all("dec_add/2 dec_sub/2 dec_mul/2 _dec_div/0 dec_round/2 dec_round/3 dec_cmp/2 dec_sum/0", .number)
        all("not/0 has/1 contains/1 startswith/1 endswith/1 isinfinite/0 isnan/0 isnormal/0 toboolean/0", .boolean)
        all("have_decnum/0 have_literal_numbers/0", .boolean)
        all("tojson/0 ascii_downcase/0 ascii_upcase/0 trim/0 ltrim/0 rtrim/0 join/1 implode/0 format/1", .string)
        all("strftime/1 strflocaltime/1 todateiso8601/0 uuid5/2", .string)
        all("split/1 builtins/0", .array(of: .string))
        all("explode/0 gmtime/0 localtime/0 strptime/1 frexp/0 modf/0 lgamma_r/0", .array(of: .number))
        all("_strindices/1", .array(of: .number))
        all("indices/1", Shape.array(of: .number).union(.null))
        all("index/1 rindex/1", Shape([.number, .null]))
        all("_capture/0", Shape(.object))
        return table
    }()

    private static let mathematics: [String] = Builtin.mathematics.map(\.key).filter {
        !["frexp/0", "modf/0", "lgamma_r/0"].contains($0)
    }
}

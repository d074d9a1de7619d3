import JSON

/// A module: the functions that its file defines, in order.
struct Module {
    let functions: [FunctionEntry]
}

/// Modules: found through the environment, each compiled once, in a scope of its own.
extension Compiler {
    /// The scope with everything that a text imports. A later import hides an earlier one.
    func compileImports(_ imports: [Import], of file: String?, in scope: Scope?) throws(CompileError) -> Scope? {
        var scope = scope
        for item in imports {
            switch item.kind {
            case .inclusion:
                for function in try module(item, from: file).functions { scope = Scope(.function(function), in: scope) }
            case .module(let name):
                for function in try module(item, from: file).functions {
                    scope = Scope(.imported("\(name)::\(function.definition.name)", function), in: scope)
                }
            case .data(let name):
                let values = try data(item, from: file)
                scope = Scope(.data(name, values), in: scope)
                scope = Scope(.data("\(name)::\(name)", values), in: scope)
            }
        }
        return scope
    }

    private func candidates(_ item: Import, from file: String?) throws(CompileError) -> [String] {
        do throws(ModulePath.Refused) {
            return try ModulePath.candidates(item.path, search: item.search, from: file)
        } catch {
            throw failure("\(error.message): \"\(item.path)\"", item.place)
        }
    }

    // MARK: Definitions

    private func module(_ item: Import, from file: String?) throws(CompileError) -> Module {
        for path in try candidates(item, from: file) {
            if let module = modules[path] { return module }
            if let start = openModules.firstIndex(of: path) {
                let cycle = (openModules[start...] + [path]).joined(separator: " → ")
                throw failure("modules import each other: \(cycle)", item.place)
            }
            guard let text = environment.modules(path) else { continue }
            let module = try compileModule(text, path)
            modules[path] = module
            return module
        }
        throw failure("there is no module \"\(item.path)\" in the flow's folder", item.place)
    }

    private func compileModule(_ text: String, _ path: String) throws(CompileError) -> Module {
        guard openModules.count < Compiler.moduleDepthLimit, sources.count < Int(UInt16.max) else {
            throw CompileError("modules are nested too deeply", at: Place(start: 0, end: 0), in: sources[0])
        }
        openModules.append(path)
        defer { openModules.removeLast() }
        let source = Source(text, name: path + ".jq", index: UInt16(sources.count))
        sources.append(source)
        let parsed = try Parser.module(source)
        var scope = try compileImports(parsed.imports, of: path, in: globals)
        var functions: [FunctionEntry] = []
        for definition in parsed.definitions {
            let entry = makeEntry(definition, in: scope, program)
            scope = entry.scope
            functions.append(entry)
        }
        moduleFunctions += functions
        return Module(functions: functions)
    }

    /// Compiles what no program calls, so that the faults of a module are found all the same.
    func checkModules() throws(CompileError) {
        for function in moduleFunctions where !function.isUsed { try check(function, program) }
    }

    // MARK: Data

    /// The values in a JSON file, in an array. As with jq's own files, there may be several, one behind the other.
    private func data(_ item: Import, from file: String?) throws(CompileError) -> Value {
        for path in try candidates(item, from: file) {
            guard let bytes = environment.data(path) else { continue }
            do throws(ParseError) {
                return try values(in: bytes, item.place)
            } catch {
                throw failure("\(path).json: \(error)", item.place)
            }
        }
        throw failure("there is no file \"\(item.path).json\" in the flow's folder", item.place)
    }

    private func values(in bytes: [UInt8], _ place: Place) throws(ParseError) -> Value {
        // Values point into the bytes, which must live as long as the program.
        guard let copy = try? bytes.withUnsafeBytes({ try constants.copy(bytes: $0) }) else { return .null }
        let parser = JSON.Parser()
        var values: [Value] = []
        var start = 0
        while start < copy.count, !copy[start...].allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            var end = copy.count
            do throws(ParseError) {
                values.append(try parser.parse(UnsafeRawBufferPointer(rebasing: copy[start..<end]), into: constants))
            } catch {
                guard case .unexpectedByte(_, .endOfDocument) = error.kind else { throw error }
                end = start + error.offset
                values.append(try parser.parse(UnsafeRawBufferPointer(rebasing: copy[start..<end]), into: constants))
            }
            start = end
        }
        return (try? constants.array(values)) ?? .null
    }
}

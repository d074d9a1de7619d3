import JQ
import Synchronization

/// What a flow's programs may use beside the event: value maps, and modules of their own folder.
public struct ProgramEnvironment: Sendable {
    public var valueMaps: ValueMaps
    /// How module files are reached; without it there are none.
    public var files: ConfigurationFiles?

    public init(valueMaps: ValueMaps = ValueMaps(), files: ConfigurationFiles? = nil) {
        self.valueMaps = valueMaps
        self.files = files
    }

    /// The environment of the programs of a folder.
    ///
    /// - Parameters:
    ///   - folder: where the paths of modules start from; nothing outside of it is read.
    ///   - read: is given the text of every module that is read.
    public func environment(
        folder: String, read: @escaping @Sendable (_ text: String) -> Void = { _ in }
    ) -> JQ.Environment {
        let files = files
        return JQ.Environment(
            modules: { path in
                guard let bytes = ProgramEnvironment.read(path + ".jq", in: folder, files),
                    let text = String(validating: bytes, as: UTF8.self)
                else { return nil }
                read(text)
                return text
            },
            data: { path in ProgramEnvironment.read(path + ".json", in: folder, files) }, valueMaps: valueMaps.maps)
    }

    /// A file below a folder; `nil` when it is not there, or the path would lead outside.
    private static func read(_ path: String, in folder: String, _ files: ConfigurationFiles?) -> [UInt8]? {
        let leaves = FilePath.isAbsolute(path) || path.split(separator: "/").contains("..")
        return leaves ? nil : files?.read(FilePath.join(folder, path))
    }
}

/// The texts of modules, as they are read while a program is compiled.
final class ModuleTexts: Sendable {
    private let texts = Mutex<[String]>([])

    func append(_ text: String) { texts.withLock { $0.append(text) } }

    func take() -> [String] {
        texts.withLock { texts in
            defer { texts = [] }
            return texts
        }
    }
}

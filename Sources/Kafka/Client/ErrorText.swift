/// The buffer that many librdkafka functions write their error text to.
struct ErrorText {
    private var bytes = [CChar](repeating: 0, count: 512)

    mutating func fill<Result>(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> Result {
        bytes.withUnsafeMutableBufferPointer { call($0.baseAddress, $0.count) }
    }

    var text: String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

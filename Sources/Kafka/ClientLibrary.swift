import CLibrdkafka

/// The librdkafka that this process runs on, which may be another one than it was compiled against.
public enum ClientLibrary {
    /// Such as `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// As `0xMMmmrrpp`: major, minor, revision, pre-release (0xff is a release).
    static var number: Int32 { rd_kafka_version() }
}

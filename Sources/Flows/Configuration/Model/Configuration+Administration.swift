extension Configuration {
    /// Where health and metrics are served.
    public struct Administration: Sendable, Equatable {
        /// Only this machine, unless the configuration says otherwise: whoever reaches the port sees the figures.
        public var host = "127.0.0.1"
        public var port = 0

        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }

        static let section = Section(
            "Health and metrics over HTTP: `/livez`, `/readyz`, `/metrics`. No password protects them.", Self()
        ) { administration in
            [
                .key(
                    "host", \.host, .text,
                    "The address to listen on. In a container that others ask: `0.0.0.0`.", example: "0.0.0.0",
                    in: administration),
                .key(
                    "port", \.port, .integer(0...65_535), "The port; 0 takes a free one, which the log tells.",
                    example: "9464", in: administration, isRequired: true),
            ]
        }
    }
}
